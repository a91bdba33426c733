// Memory whose every buffer is a segment of its own between canary zones; stray writes are noticed, stray reads give NaN.
using System.Runtime.InteropServices;
using FastTune.Kernels.Memory;

namespace FastTune.Tests.Kernels.Cases;

/// <summary>0xFF bytes are NaN in every float type: uninitialised reads and reads past the end show in the results.</summary>
internal sealed unsafe class GuardedMemory : IMemorySource
{
    private const int Zone = 4096;

    public long SegmentBytes => 0;

    /// <summary>Segments whose canary zones were written to.</summary>
    public int Damaged { get; private set; }

    public nint Reserve(long bytes)
    {
        byte* start = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes + 2 * Zone), 4096);
        new Span<byte>(start, checked((int)(bytes + 2 * Zone))).Fill(0xFF);
        return (nint)(start + Zone);
    }

    public void Return(nint address, long bytes)
    {
        byte* start = (byte*)address - Zone;
        if (!Intact(start) || !Intact((byte*)address + bytes)) Damaged++;
        NativeMemory.AlignedFree(start);
    }

    private static bool Intact(byte* zone) => new ReadOnlySpan<byte>(zone, Zone).IndexOfAnyExcept((byte)0xFF) < 0;
}
