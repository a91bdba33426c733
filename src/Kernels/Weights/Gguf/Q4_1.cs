// Q4_1 · 32 values in 20 bytes: d, m (binary16), 16 bytes; low nibble of byte j is value j, high nibble value j+16; value = q d + m.
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Weights.Gguf;

internal static class Q4_1
{
    private const int Length = 32, Bytes = 20;

    public static void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (int b = 0; b < values.Length / Length; b++)
        {
            var block = blocks.Slice(b * Bytes, Bytes);
            var to = values.Slice(b * Length, Length);
            var (d, m) = (Vector256.Create(F16.At(block, 0)), Vector256.Create(F16.At(block, 2)));
            var nibbles = Vector128.Create(block[4..]);
            var low = (nibbles & Vector128.Create((byte)0xf)).AsSByte();
            var high = (nibbles >>> 4).AsSByte();
            // Product and sum are rounded one after the other, as in ggml: no fused multiply-add here.
            (Codes.Lower(low) * d + m).CopyTo(to);
            (Codes.Upper(low) * d + m).CopyTo(to[8..]);
            (Codes.Lower(high) * d + m).CopyTo(to[16..]);
            (Codes.Upper(high) * d + m).CopyTo(to[24..]);
        }
    }
}
