// Q6_K · 256 values in 210 bytes: 128 bytes of low nibbles, 64 bytes of 2-bit highs, 16 signed scales, d (binary16); value = (d scale) (q - 32).
// Each half of 128 values owns 64 low bytes, 32 high bytes and 8 scales; quarter k of a half (32 values) takes the low nibbles
// (k < 2) or high nibbles (k >= 2) of low bytes 32 (k % 2) and bits 2k, 2k+1 of the high bytes.
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Weights.Gguf;

internal static class Q6_K
{
    private const int Length = 256, Bytes = 210, Highs = 128, Scales = 192, D = 208;

    public static void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (int b = 0; b < values.Length / Length; b++)
        {
            var block = blocks.Slice(b * Bytes, Bytes);
            var to = values.Slice(b * Length, Length);
            float d = F16.At(block, D);
            for (int group = 0; group < 16; group++)
            {
                var scale = Vector256.Create(d * (sbyte)block[Scales + group]);
                var q = Group(block, group);
                (Codes.Lower(q) * scale).CopyTo(to[(16 * group)..]);
                (Codes.Upper(q) * scale).CopyTo(to[(16 * group + 8)..]);
            }
        }
    }

    // The sixteen codes that share a scale, minus 32.
    private static Vector128<sbyte> Group(ReadOnlySpan<byte> block, int group)
    {
        var (half, quarter, side) = (group / 8, group % 8 / 2, group % 2);
        var low = Vector128.Create(block[(64 * half + 32 * (quarter % 2) + 16 * side)..]);
        var high = Vector128.Create(block[(Highs + 32 * half + 16 * side)..]);
        var nibble = quarter < 2 ? low & Vector128.Create((byte)0xf) : low >>> 4;
        var top = (high >>> (2 * quarter) & Vector128.Create((byte)3)) << 4;
        return (nibble | top).AsSByte() - Vector128.Create((sbyte)32);
    }
}
