// Segments of an ILGPU accelerator's memory, and the way back from an address to the buffer that kernels must be given.
using FastTune.Kernels.Memory;
using ILGPU;
using ILGPU.Runtime;

namespace FastTune.Kernels.Devices.Ilgpu;

/// <param name="accelerator">Owner of the memory.</param>
/// <param name="segmentBytes">As <see cref="IMemorySource.SegmentBytes"/>.</param>
/// <param name="guardBytes">Bytes before and behind each segment that nobody may change; they are looked at when it is returned.</param>
internal sealed class IlgpuMemory(Accelerator accelerator, long segmentBytes, int guardBytes) : IMemorySource
{
    private const int Alignment = 64;
    private const byte GuardByte = 0xFF;

    private sealed record Segment(MemoryBuffer1D<byte, Stride1D.Dense> Buffer, long Start, nint Address, long Bytes);

    private readonly List<Segment> _segments = [];

    public long SegmentBytes => segmentBytes;

    /// <summary>Segments whose guard bytes were changed.</summary>
    public int Damaged { get; private set; }

    public nint Reserve(long bytes)
    {
        var buffer = accelerator.Allocate1D<byte>(bytes + Alignment + 2 * guardBytes);
        long start = guardBytes + (Alignment - ((long)buffer.NativePtr + guardBytes) % Alignment) % Alignment;
        // On fresh guarded memory every element reads as NaN.
        if (guardBytes > 0) buffer.View.BaseView.MemSet(GuardByte);
        _segments.Add(new Segment(buffer, start, buffer.NativePtr + (nint)start, bytes));
        return buffer.NativePtr + (nint)start;
    }

    public void Return(nint address, long bytes)
    {
        Segment segment = Find(address);
        accelerator.Synchronize();
        if (guardBytes > 0 && !Intact(segment)) Damaged++;
        _segments.Remove(segment);
        segment.Buffer.Dispose();
    }

    /// <summary><paramref name="bytes"/> bytes at an address inside a segment.</summary>
    public ArrayView<byte> View(nint address, long bytes)
    {
        Segment segment = Find(address);
        return segment.Buffer.View.BaseView.SubView(segment.Start + (address - segment.Address), bytes);
    }

    private Segment Find(nint address)
    {
        foreach (Segment segment in _segments)
            if (address >= segment.Address && address < segment.Address + (nint)segment.Bytes) return segment;
        throw new InvalidOperationException("[ilgpu] an address lies in none of the device's segments");
    }

    private static bool Intact(Segment segment)
    {
        byte[] bytes = segment.Buffer.GetAsArray1D();
        int start = (int)segment.Start, end = (int)(segment.Start + segment.Bytes);
        return bytes.AsSpan(0, start).IndexOfAnyExcept(GuardByte) < 0 && bytes.AsSpan(end).IndexOfAnyExcept(GuardByte) < 0;
    }
}
