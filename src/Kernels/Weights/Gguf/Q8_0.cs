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

    /// <summary>Rounds whole blocks as ggml's reference does: d = largest magnitude / 127, q = x / d to the nearest, halves away from zero.</summary>
    public static void Encode(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (int b = 0; b < values.Length / Length; b++)
        {
            var from = values.Slice(b * Length, Length);
            var block = blocks.Slice(b * Bytes, Bytes);
            float largest = 0;
            foreach (float value in from) largest = MathF.Max(largest, MathF.Abs(value));
            float d = largest / 127, inverse = d == 0 ? 0 : 1 / d;
            System.Buffers.Binary.BinaryPrimitives.WriteHalfLittleEndian(block, (Half)d);
            for (int i = 0; i < Length; i++) block[2 + i] = (byte)(sbyte)MathF.Round(from[i] * inverse, MidpointRounding.AwayFromZero);
        }
    }
}
