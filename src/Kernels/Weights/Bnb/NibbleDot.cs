// One block of 4-bit codes times a vector: looked up and multiplied in registers, scaled once at the block's end.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Kernels.Weights.Bnb;

internal static unsafe class NibbleDot
{
    /// <summary>sums[i] += scale * (sum of table[code] x over every sixteenth place from i on). <paramref name="count"/>: a multiple of 16.</summary>
    public static void Add(byte* codes, int count, float scale, float* table, float* x, float* sums, IsaLevel level)
    {
        if (level >= IsaLevel.Avx512) Wide(codes, count, scale, table, x, sums);
        else if (level == IsaLevel.Avx2 && Avx2.IsSupported) Half(codes, count, scale, table, x, sums);
        else Plain(codes, count, scale, table, x, sums);
    }

    private static void Half(byte* codes, int count, float scale, float* table, float* x, float* sums)
    {
        Vector256<float> low = Vector256.Load(table), high = Vector256.Load(table + 8), a = default, b = default;
        for (int i = 0; i < count; i += 16)
        {
            a = Vector256.MultiplyAddEstimate(Eight(codes + i / 2, low, high), Vector256.Load(x + i), a);
            b = Vector256.MultiplyAddEstimate(Eight(codes + i / 2 + 4, low, high), Vector256.Load(x + i + 8), b);
        }
        var factor = Vector256.Create(scale);
        Vector256.MultiplyAddEstimate(a, factor, Vector256.Load(sums)).Store(sums);
        Vector256.MultiplyAddEstimate(b, factor, Vector256.Load(sums + 8)).Store(sums + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(byte* pair, Vector256<float> low, Vector256<float> high)
    {
        var word = Vector256.Create(Unsafe.ReadUnaligned<uint>(pair));
        var index = Avx2.ShiftRightLogicalVariable(word, Vector256.Create(4u, 0, 12, 8, 20, 16, 28, 24)).AsInt32();
        return Avx.BlendVariable(Avx2.PermuteVar8x32(low, index), Avx2.PermuteVar8x32(high, index), Vector256.ShiftLeft(index, 28).AsSingle());
    }

    private static void Wide(byte* codes, int count, float scale, float* table, float* x, float* sums)
    {
        Vector512<float> all = Vector512.Load(table), a = default;
        for (int i = 0; i < count; i += 16)
            a = Vector512.MultiplyAddEstimate(Vector512.Shuffle(all, Nibbles.Spread(Unsafe.ReadUnaligned<ulong>(codes + i / 2))), Vector512.Load(x + i), a);
        Vector512.MultiplyAddEstimate(a, Vector512.Create(scale), Vector512.Load(sums)).Store(sums);
    }

    private static void Plain(byte* codes, int count, float scale, float* table, float* x, float* sums)
    {
        float* values = stackalloc float[16];
        Vector256<float> a = default, b = default;
        for (int i = 0; i < count; i += 16)
        {
            Nibbles.Decode(codes, i, 16, 1, table, values, IsaLevel.Scalar);
            a = Vector256.MultiplyAddEstimate(Vector256.Load(values), Vector256.Load(x + i), a);
            b = Vector256.MultiplyAddEstimate(Vector256.Load(values + 8), Vector256.Load(x + i + 8), b);
        }
        var factor = Vector256.Create(scale);
        Vector256.MultiplyAddEstimate(a, factor, Vector256.Load(sums)).Store(sums);
        Vector256.MultiplyAddEstimate(b, factor, Vector256.Load(sums + 8)).Store(sums + 8);
    }
}
