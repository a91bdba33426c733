// The mean of fp32 numbers with torch's order of additions, which the offset of double quantisation shows to the last bit.
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Ops.Quantize4;

/// <summary>
/// torch.mean of a contiguous row on one thread with vectors of eight (ATen/native/cpu/SumKernel.cpp): four vectors side by side, summed in a
/// cascade of four levels; then the rest of the vectors, the four sums, the last values, the lanes.
/// </summary>
internal static class TorchMean
{
    private const int Lanes = 8, Side = 4, Levels = 4;

    public static float Of(ReadOnlySpan<float> values)
    {
        if (values.Length == 0) return 0;
        int vectors = values.Length / Lanes, rows = vectors / Side;
        Span<Vector256<float>> sums = stackalloc Vector256<float>[Levels * Side];
        sums.Clear();
        Cascade(values, rows, sums);
        for (int i = rows * Side; i < vectors; i++) sums[0] += At(values, i);
        for (int k = 1; k < Side; k++) sums[0] += sums[k];
        float sum = 0;
        for (int i = vectors * Lanes; i < values.Length; i++) sum += values[i];
        for (int lane = 0; lane < Lanes; lane++) sum += sums[0][lane];
        return sum / values.Length;
    }

    // Level 0 takes a step of rows, then hands its sums up; a level that is full hands up too.
    private static void Cascade(ReadOnlySpan<float> values, int rows, Span<Vector256<float>> sums)
    {
        int power = Math.Max(4, rows <= 1 ? 0 : (int.Log2(rows - 1) + 1) / Levels), step = 1 << power, row = 0;
        while (row + step <= rows)
        {
            for (int end = row + step; row < end; row++) AddRow(values, row, sums);
            int level = 1;
            do HandUp(sums, level);
            while ((row & ((step - 1) << (level * power))) == 0 && ++level < Levels);
        }
        for (; row < rows; row++) AddRow(values, row, sums);
        for (int level = 1; level < Levels; level++)
            for (int k = 0; k < Side; k++) sums[k] += sums[level * Side + k];
    }

    private static void AddRow(ReadOnlySpan<float> values, int row, Span<Vector256<float>> sums)
    {
        for (int k = 0; k < Side; k++) sums[k] += At(values, row * Side + k);
    }

    private static void HandUp(Span<Vector256<float>> sums, int level)
    {
        for (int k = 0; k < Side; k++)
        {
            sums[level * Side + k] += sums[(level - 1) * Side + k];
            sums[(level - 1) * Side + k] = default;
        }
    }

    private static Vector256<float> At(ReadOnlySpan<float> values, int vector) => Vector256.Create(values[(vector * Lanes)..]);
}
