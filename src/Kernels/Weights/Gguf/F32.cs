// F32 · values as they are, little-endian.
using System.Runtime.InteropServices;

namespace FastTune.Kernels.Weights.Gguf;

internal static class F32
{
    public static void Decode(ReadOnlySpan<byte> blocks, Span<float> values) =>
        blocks.CopyTo(MemoryMarshal.AsBytes(values));

    public static void Encode(ReadOnlySpan<float> values, Span<byte> blocks) => MemoryMarshal.AsBytes(values).CopyTo(blocks);
}
