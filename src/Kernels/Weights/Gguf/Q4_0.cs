// Q4_0 · 32 values in 18 bytes: d (binary16), 16 bytes; low nibble of byte j is value j, high nibble value j+16; value = (q - 8) d.
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Weights.Gguf;

internal static class Q4_0
{
    private const int Length = 32, Bytes = 18;

    public static void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        var eight = Vector128.Create((sbyte)8);
        for (int b = 0; b < values.Length / Length; b++)
        {
            var block = blocks.Slice(b * Bytes, Bytes);
            var to = values.Slice(b * Length, Length);
            var d = Vector256.Create(F16.At(block, 0));
            var nibbles = Vector128.Create(block[2..]);
            var low = (nibbles & Vector128.Create((byte)0xf)).AsSByte() - eight;
            var high = (nibbles >>> 4).AsSByte() - eight;
            (Codes.Lower(low) * d).CopyTo(to);
            (Codes.Upper(low) * d).CopyTo(to[8..]);
            (Codes.Lower(high) * d).CopyTo(to[16..]);
            (Codes.Upper(high) * d).CopyTo(to[24..]);
        }
    }
}
