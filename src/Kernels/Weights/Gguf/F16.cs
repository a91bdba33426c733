// F16 · IEEE binary16; widening is exact, subnormals, infinities and NaN included.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Weights.Gguf;

/// <summary>binary16 patterns to fp32 and back.</summary>
public static class F16
{
    internal static void Decode(ReadOnlySpan<byte> blocks, Span<float> values) =>
        Widen(MemoryMarshal.Cast<byte, ushort>(blocks), values);

    internal static void Encode(ReadOnlySpan<float> values, Span<byte> blocks) => Narrow(values, MemoryMarshal.Cast<byte, ushort>(blocks));

    /// <summary>Widens <paramref name="source"/> into the equally long <paramref name="destination"/>. Exact.</summary>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        if (source.Length != destination.Length)
            throw new ArgumentException($"[f16] {source.Length} values do not fit a buffer of {destination.Length}: pass equal lengths");
        int i = 0;
        for (; i <= source.Length - 16; i += 16)
        {
            var bits = Vector256.Create(source[i..]);
            Widen(Vector256.WidenLower(bits)).CopyTo(destination[i..]);
            Widen(Vector256.WidenUpper(bits)).CopyTo(destination[(i + 8)..]);
        }
        for (; i < source.Length; i++) destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    /// <summary>Narrows with round to nearest even; too large values become infinite.</summary>
    public static void Narrow(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        for (int i = 0; i < source.Length; i++) destination[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
    }

    /// <summary>The binary16 value at <paramref name="offset"/> of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float At(ReadOnlySpan<byte> block, int offset) =>
        (float)BitConverter.UInt16BitsToHalf((ushort)(block[offset] | block[offset + 1] << 8));

    // Exponent and mantissa moved to their fp32 places are the value times 2^-112; one exact product puts the exponent right.
    // .NET exposes no VCVTPH2PS.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector256<uint> half)
    {
        var magnitude = (half & Vector256.Create(0x7fffu)) << 13;
        var scaled = (magnitude.AsSingle() * Vector256.Create(0x77800000u).AsSingle()).AsUInt32();
        var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x0f800000u)) & Vector256.Create(0x7f800000u);
        var sign = (half & Vector256.Create(0x8000u)) << 16;
        return (scaled | special | sign).AsSingle();
    }
}
