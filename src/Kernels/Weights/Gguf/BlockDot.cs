// Dot products of a row of blocks with activations rounded to int8: integers within a block, fp32 across blocks, eight lanes in order.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Weights.Gguf;

/// <summary>The product of one row of blocks with row <paramref name="xRow"/> of the activations.</summary>
internal unsafe delegate float BlockDot(byte* blocks, in Int8Activations x, int xRow);

internal static unsafe class BlockDots
{
    private const int Length = Int8Activations.Block;

    public static float Q8_0(byte* blocks, in Int8Activations x, int xRow)
    {
        sbyte* q = x.Row(xRow);
        float* scale = x.Scales(xRow);
        Vector256<float> sum = default;
        for (int b = 0; b < x.Blocks; b++, blocks += 34, q += Length)
            sum = Add(sum, Signed(Vector256.Load((sbyte*)blocks + 2), Vector256.Load(q)), F16At(blocks) * scale[b]);
        return LaneFolds.Sum(sum);
    }

    public static float Q4_0(byte* blocks, in Int8Activations x, int xRow)
    {
        sbyte* q = x.Row(xRow);
        float* scale = x.Scales(xRow);
        Vector256<float> sum = default;
        for (int b = 0; b < x.Blocks; b++, blocks += 18, q += Length)
            sum = Add(sum, Signed(Nibbles(blocks + 2).AsSByte() - Vector256.Create((sbyte)8), Vector256.Load(q)), F16At(blocks) * scale[b]);
        return LaneFolds.Sum(sum);
    }

    public static float Q4_1(byte* blocks, in Int8Activations x, int xRow)
    {
        sbyte* q = x.Row(xRow);
        float* scale = x.Scales(xRow), total = x.Sums(xRow);
        Vector256<float> sum = default;
        float minimum = 0;
        for (int b = 0; b < x.Blocks; b++, blocks += 20, q += Length)
        {
            sum = Add(sum, Unsigned(Nibbles(blocks + 4), Vector256.Load(q)), F16At(blocks) * scale[b]);
            minimum = MathF.FusedMultiplyAdd(F16At(blocks + 2), total[b], minimum);
        }
        return LaneFolds.Sum(sum) + minimum;
    }

    // Sixteen values share a scale: the lower four lanes of a product belong to the first, the upper four to the second.
    public static float Q6_K(byte* blocks, in Int8Activations x, int xRow)
    {
        const int bytes = 210, highs = 128, scales = 192, d = 208;
        sbyte* q = x.Row(xRow);
        float* scale = x.Scales(xRow);
        Vector256<float> sum = default;
        for (int b = 0; b < x.Blocks; b += 8, blocks += bytes)
        {
            float unit = F16At(blocks + d);
            for (int part = 0; part < 8; part++, q += Length)
            {
                byte* low = blocks + 64 * (part / 4) + 32 * (part % 2), high = blocks + highs + 32 * (part / 4);
                Vector256<byte> nibble = part % 4 < 2 ? Vector256.Load(low) & Vector256.Create((byte)0xf) : Vector256.Load(low) >>> 4;
                Vector256<byte> top = (Vector256.Load(high) >>> (2 * (part % 4)) & Vector256.Create((byte)3)) << 4;
                Vector256<sbyte> codes = (nibble | top).AsSByte() - Vector256.Create((sbyte)32);
                float step = unit * scale[b + part];
                sbyte* two = (sbyte*)blocks + scales + 2 * part;
                var both = Vector256.Create(Vector128.Create(step * two[0]), Vector128.Create(step * two[1]));
                sum = Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(Signed(codes, Vector256.Load(q))), both, sum);
            }
        }
        return LaneFolds.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> sum, Vector256<int> products, float scale) =>
        Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(products), Vector256.Create(scale), sum);

    // .NET converts Half in software, several times slower than the block's whole product; special patterns are rare enough for a branch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float F16At(byte* at)
    {
        uint bits = *(ushort*)at;
        if ((bits & 0x7c00) == 0x7c00) return (float)BitConverter.UInt16BitsToHalf((ushort)bits);
        float magnitude = BitConverter.UInt32BitsToSingle((bits & 0x7fff) << 13) * 5.192296858534828e33f; // 2^112 moves the exponent's bias
        return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(magnitude) | (bits & 0x8000) << 16);
    }

    /// <summary>Low nibbles of sixteen bytes, then their high ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Nibbles(byte* packed)
    {
        Vector128<byte> bytes = Vector128.Load(packed);
        return Vector256.Create(bytes & Vector128.Create((byte)0xf), bytes >>> 4);
    }

    /// <summary>Sums of four neighbours' products; exact, since |w| is at most 128 and |x| at most 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Signed(Vector256<sbyte> w, Vector256<sbyte> x) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Avx2.Abs(w), Avx2.Sign(x, w)), Vector256.Create((short)1))
        : FourSums(w, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Unsigned(Vector256<byte> w, Vector256<sbyte> x) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(w, x), Vector256.Create((short)1))
        : FourSums(w.AsSByte(), x);

    private static Vector256<int> FourSums(Vector256<sbyte> w, Vector256<sbyte> x)
    {
        int* sums = stackalloc int[8];
        for (int lane = 0; lane < 8; lane++)
        {
            sums[lane] = 0;
            for (int i = 4 * lane; i < 4 * lane + 4; i++) sums[lane] += w[i] * x[i];
        }
        return Vector256.Load(sums);
    }
}
