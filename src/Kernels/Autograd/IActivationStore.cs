// Where the inputs of recomputed stretches wait for backward, outside the device's memory.
namespace FastTune.Kernels.Autograd;

/// <summary>A stack of byte blocks: backward asks for the last one first.</summary>
public interface IActivationStore
{
    /// <summary>Keeps a block of <paramref name="bytes"/> bytes, to be filled by <see cref="Write"/>; returns its place.</summary>
    long Push(long bytes);

    /// <summary>Fills part of a block; <paramref name="place"/> is the block's place plus the offset inside it.</summary>
    void Write(long place, ReadOnlySpan<byte> bytes);

    void Read(long place, Span<byte> bytes);

    /// <summary>Forgets the block at <paramref name="place"/> and all after it.</summary>
    void Pop(long place);
}
