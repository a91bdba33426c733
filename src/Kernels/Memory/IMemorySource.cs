// Where a pool gets its segments: host memory, a GPU, or nowhere at all (plan).
namespace FastTune.Kernels.Memory;

/// <summary>Hands out large segments of a device's memory.</summary>
public interface IMemorySource
{
    /// <summary>Smallest segment worth asking for, in bytes; the pool cuts blocks out of it. 0: every block is a segment of its own,
    /// given back as soon as it is free (tests guard each buffer that way).</summary>
    long SegmentBytes { get; }

    /// <summary>Address of a new segment of at least <paramref name="bytes"/> bytes, aligned to 64. Throws when there is no room.</summary>
    nint Reserve(long bytes);

    /// <summary>Gives a segment back.</summary>
    void Return(nint address, long bytes);
}
