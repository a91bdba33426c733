// Q8_0 · 32 values in 34 bytes: d (binary16), then 32 signed bytes q; value = q d.
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Weights.Gguf;

internal static class Q8_0
{
    private const int Length = 32, Bytes = 34;

    public static void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (int b = 0; b < values.Length / Length; b++)
        {
            var block = blocks.Slice(b * Bytes, Bytes);
            var to = values.Slice(b * Length, Length);
            var d = Vector256.Create(F16.At(block, 0));
            for (int half = 0; half < 2; half++)
            {
                var q = Vector128.Create(block[(2 + 16 * half)..]).AsSByte();
                (Codes.Lower(q) * d).CopyTo(to[(16 * half)..]);
                (Codes.Upper(q) * d).CopyTo(to[(16 * half + 8)..]);
            }
        }
    }
}
