// Native memory with canaries on both sides: a kernel that writes one byte too far is caught.
using System.Runtime.InteropServices;

namespace FastTune.Tests.Kernels;

/// <summary>A buffer flush between two canary zones. Its start is aligned to 64 bytes plus an offset of the test's choice.</summary>
public sealed unsafe class GuardedBuffer : IDisposable
{
    const int Zone = 4096;
    const byte Canary = 0xA5;
    readonly byte* memory;
    readonly byte* start;

    public GuardedBuffer(long bytes, int offset = 0)
    {
        Bytes = bytes;
        memory = (byte*)NativeMemory.AlignedAlloc((nuint)(bytes + 2 * Zone + 64), 64);
        start = memory + Zone + offset;
        NativeMemory.Fill(memory, (nuint)(bytes + 2 * Zone + 64), Canary);
    }

    public long Bytes { get; }

    public float* Floats => (float*)start;

    public ushort* Shorts => (ushort*)start;

    public byte* Data => start;

    public void Check()
    {
        for (byte* p = memory; p < start; p++)
            if (*p != Canary) throw new InvalidOperationException($"wrote {start - p} bytes before the buffer");
        for (byte* p = start + Bytes; p < memory + Bytes + 2 * Zone + 64; p++)
            if (*p != Canary) throw new InvalidOperationException($"wrote {p - start - Bytes + 1} bytes past the buffer");
    }

    public void Dispose() => NativeMemory.AlignedFree(memory);
}
