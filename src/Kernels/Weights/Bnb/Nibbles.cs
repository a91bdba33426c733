// Pairs of 4-bit codes to fp32: one table look-up by permutation, sixteen codes (AVX-512) or eight (AVX2) at a time.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Kernels.Weights.Bnb;

internal static unsafe class Nibbles
{
    /// <summary>values[i] = table[code(first + i)] * scale; the code of an even place is the high nibble. The same bits on every path.</summary>
    public static void Decode(byte* codes, long first, int count, float scale, float* table, float* values) =>
        Decode(codes, first, count, scale, table, values, Isa.Current);

    internal static void Decode(byte* codes, long first, int count, float scale, float* table, float* values, IsaLevel level)
    {
        if ((first & 1) != 0 && count > 0)
        {
            *values++ = table[codes[first >> 1] & 15] * scale;
            first++;
            count--;
        }
        byte* pair = codes + (first >> 1);
        int done = level switch
        {
            >= IsaLevel.Avx512 => Sixteens(pair, count, scale, table, values),
            IsaLevel.Avx2 when Avx2.IsSupported => Eights(pair, count, scale, table, values),
            _ => 0,
        };
        for (; done + 1 < count; done += 2)
        {
            int both = pair[done >> 1];
            values[done] = table[both >> 4] * scale;
            values[done + 1] = table[both & 15] * scale;
        }
        if (done < count) values[done] = table[pair[done >> 1] >> 4] * scale;
    }

    // Eight codes are four bytes, the same word in every lane: each lane shifts its own nibble down.
    private static int Eights(byte* pair, int count, float scale, float* table, float* values)
    {
        var shifts = Vector256.Create(4u, 0, 12, 8, 20, 16, 28, 24);
        Vector256<float> low = Vector256.Load(table), high = Vector256.Load(table + 8), factor = Vector256.Create(scale);
        int done = 0;
        for (; done + 8 <= count; done += 8)
        {
            var word = Vector256.Create(Unsafe.ReadUnaligned<uint>(pair + done / 2));
            var index = Avx2.ShiftRightLogicalVariable(word, shifts).AsInt32();
            // Permutation reads bits 0 to 2, the choice between the halves bit 3, moved to the sign.
            var value = Avx.BlendVariable(
                Avx2.PermuteVar8x32(low, index), Avx2.PermuteVar8x32(high, index), Vector256.ShiftLeft(index, 28).AsSingle());
            (value * factor).Store(values + done);
        }
        return done;
    }

    private static int Sixteens(byte* pair, int count, float scale, float* table, float* values)
    {
        Vector512<float> all = Vector512.Load(table), factor = Vector512.Create(scale);
        int done = 0;
        for (; done + 16 <= count; done += 16)
            (Vector512.Shuffle(all, Spread(Unsafe.ReadUnaligned<ulong>(pair + done / 2))) * factor).Store(values + done);
        return done;
    }

    /// <summary>The sixteen nibbles of eight bytes as indices, high nibble first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> Spread(ulong bytes)
    {
        var both = Vector128.CreateScalar(bytes).AsByte();
        var high = both >>> 4;
        var low = both & Vector128.Create((byte)15);
        var codes = Sse2.IsSupported ? Sse2.UnpackLow(high, low)
            : Vector128.Shuffle(high | Vector128.Create(0, low.AsUInt64()[0]).AsByte(), Vector128.Create((byte)0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
        var words = Vector256.Create(Vector128.WidenLower(codes), Vector128.WidenUpper(codes));
        return Vector512.Create(Vector256.WidenLower(words), Vector256.WidenUpper(words)).AsInt32();
    }
}
