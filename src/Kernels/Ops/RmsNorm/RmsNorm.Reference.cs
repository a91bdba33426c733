// The oracle of rms_norm: one row at a time, in the words of the paper; float for kernels' twins, double for finite differences.
using System.Numerics;

namespace FastTune.Kernels.Ops.RmsNorm;

public static class RmsNormReference
{
    /// <summary>One row: y from z; returns r. Rounding to 16 bits is the caller's business.</summary>
    public static T Forward<T>(ReadOnlySpan<T> z, ReadOnlySpan<T> weight, Span<T> y, T eps, NormMode mode)
        where T : IFloatingPointIeee754<T>
    {
        T r = T.One / T.Sqrt(MeanSquare(z) + eps);
        for (int i = 0; i < z.Length; i++) y[i] = z[i] * r * Factor(weight[i], mode);
        return r;
    }

    /// <summary>One row: dz from dy; adds this row's share to dw.</summary>
    public static void Backward<T>(
        ReadOnlySpan<T> dy, ReadOnlySpan<T> z, ReadOnlySpan<T> weight, Span<T> dz, Span<T> dWeight, T eps, NormMode mode)
        where T : IFloatingPointIeee754<T>
    {
        T r = T.One / T.Sqrt(MeanSquare(z) + eps);
        T dot = T.Zero;
        for (int i = 0; i < z.Length; i++) dot += dy[i] * Factor(weight[i], mode) * (z[i] * r);
        T mean = dot / T.CreateChecked(z.Length);
        for (int i = 0; i < z.Length; i++)
        {
            T n = z[i] * r;
            dz[i] = r * (dy[i] * Factor(weight[i], mode) - n * mean);
            dWeight[i] += dy[i] * n;
        }
    }

    private static T Factor<T>(T weight, NormMode mode) where T : INumber<T> => mode == NormMode.Gemma ? T.One + weight : weight;

    private static T MeanSquare<T>(ReadOnlySpan<T> z) where T : INumber<T>
    {
        T sum = T.Zero;
        foreach (T value in z) sum += value * value;
        return sum / T.CreateChecked(z.Length);
    }
}
