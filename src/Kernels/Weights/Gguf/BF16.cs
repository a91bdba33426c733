// BF16 · the upper half of an fp32 pattern; widening is exact, narrowing rounds to nearest even.
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Weights.Gguf;

/// <summary>bfloat16 patterns to fp32 and back.</summary>
public static class BF16
{
    internal static void Decode(ReadOnlySpan<byte> blocks, Span<float> values) =>
        Widen(MemoryMarshal.Cast<byte, ushort>(blocks), values);

    /// <summary>Widens <paramref name="source"/> into the equally long <paramref name="destination"/>. Exact.</summary>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        RequireEqual(source.Length, destination.Length);
        int i = 0;
        for (; i <= source.Length - 16; i += 16)
        {
            var bits = Vector256.Create(source[i..]);
            (Vector256.WidenLower(bits) << 16).AsSingle().CopyTo(destination[i..]);
            (Vector256.WidenUpper(bits) << 16).AsSingle().CopyTo(destination[(i + 8)..]);
        }
        for (; i < source.Length; i++) destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
    }

    /// <summary>Rounds to nearest even; NaN stays NaN (quiet).</summary>
    public static void Narrow(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        RequireEqual(source.Length, destination.Length);
        int i = 0;
        for (; i <= source.Length - 16; i += 16)
        {
            var low = Round(Vector256.Create(source[i..]));
            var high = Round(Vector256.Create(source[(i + 8)..]));
            Vector256.Narrow(low, high).CopyTo(destination[i..]);
        }
        for (; i < source.Length; i++) destination[i] = Round(source[i]);
    }

    private static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)(bits >> 16 | 0x40);
        return (ushort)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }

    private static Vector256<uint> Round(Vector256<float> value)
    {
        var bits = value.AsUInt32();
        var rounded = (bits + Vector256.Create(0x7fffu) + (bits >> 16 & Vector256<uint>.One)) >> 16;
        var quiet = bits >> 16 | Vector256.Create(0x40u);
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), rounded, quiet);
    }

    private static void RequireEqual(int source, int destination)
    {
        if (source != destination)
            throw new ArgumentException($"[bf16] {source} values do not fit a buffer of {destination}: pass equal lengths");
    }
}
