// The oracle of rms_norm: one row at a time, in the words of the paper; double for tests, float as the body of the ilgpu kernel.
using System.Numerics;

using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.RmsNorm;

internal static class RmsNormReference
{
    /// <summary>One row: y from z; returns r.</summary>
    public static T Forward<T, TRow, TWeight>(TRow z, TWeight weight, TRow y, int width, T eps, NormMode mode)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRow : struct, IRow<TRow, T>
        where TWeight : struct, IRow<TWeight, T>
    {
        T sum = TRow.Of(0);
        for (int i = 0; i < width; i++) sum += z.Get(i) * z.Get(i);
        T r = TRow.Of(1) / T.Sqrt(sum / TRow.Of(width) + eps);
        for (int i = 0; i < width; i++)
            y.Set(i, Normed<T, TRow>(z.Get(i) * r, mode) * Factor<T, TRow>(weight.Get(i), mode));
        return r;
    }

    /// <summary>One row: dz from dy, and what z's gradient holds besides (<paramref name="other"/>, read when
    /// <paramref name="joins"/>). dz may be dy or other.</summary>
    public static void Backward<T, TRow, TWeight>(
        TRow dy, TRow z, TWeight weight, TRow other, bool joins, TRow dz, int width, T r, NormMode mode)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRow : struct, IRow<TRow, T>
        where TWeight : struct, IRow<TWeight, T>
    {
        T dot = TRow.Of(0);
        for (int i = 0; i < width; i++) dot += dy.Get(i) * Factor<T, TRow>(weight.Get(i), mode) * (z.Get(i) * r);
        T mean = dot / TRow.Of(width);
        for (int i = 0; i < width; i++)
        {
            T gradient = r * (dy.Get(i) * Factor<T, TRow>(weight.Get(i), mode) - z.Get(i) * r * mean);
            dz.Set(i, joins ? gradient + other.Get(i) : gradient);
        }
    }

    /// <summary>What one element of a row adds to dw.</summary>
    public static T WeightGradient<T, TRow>(T dy, T z, T r, NormMode mode)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRow : struct, IRow<TRow, T> => dy * Normed<T, TRow>(z * r, mode);

    private static T Normed<T, TRow>(T n, NormMode mode) where TRow : struct, IRow<TRow, T> =>
        mode == NormMode.Llama ? TRow.Stored(n) : n;

    private static T Factor<T, TRow>(T weight, NormMode mode)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRow : struct, IRow<TRow, T> => mode == NormMode.Gemma ? TRow.Of(1) + weight : weight;
}
