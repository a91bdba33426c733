// The oracle of a linear with low-rank pairs, in double, from the oracles of its parts.
using FastTune.Kernels.Ops.Dropout;
using FastTune.Kernels.Ops.Linear;
using FastTune.Kernels.Ops.LoraDelta;

namespace FastTune.Kernels.Ops.LoraLinear;

/// <summary>Numbers of one pair.</summary>
public sealed record PairNumbers(double[] A, double[] B, int Rank, double Scale, DropoutKey Key);

/// <summary>Numbers of a linear from K to N; the bias may be null.</summary>
public sealed record LinearNumbers(double[] Weight, double[]? Bias, int N, int K, IReadOnlyList<PairNumbers> Pairs);

/// <summary>Gradients of a linear's parameters and input.</summary>
public sealed record LinearGradients(double[] DX, double[] DWeight, double[] DBias, IReadOnlyList<(double[] DA, double[] DB)> Pairs);

public static class LoraLinearReference
{
    /// <summary>y [T,N] of x [T,K].</summary>
    public static double[] Forward(double[] x, int t, LinearNumbers linear)
    {
        double[] y = LinearReference.Forward(x, linear.Weight, linear.Bias, t, linear.N, linear.K);
        foreach (PairNumbers pair in linear.Pairs)
            y = LoraDeltaReference.Forward(y, Kept(x, pair, linear.K), pair.A, pair.B, t, linear.N, linear.K, pair.Rank, pair.Scale);
        return y;
    }

    public static LinearGradients Backward(double[] dy, double[] x, int t, LinearNumbers linear)
    {
        var (dx, dWeight, dBias) = LinearReference.Backward(dy, x, linear.Weight, t, linear.N, linear.K);
        var pairs = new List<(double[], double[])>();
        foreach (PairNumbers pair in linear.Pairs)
        {
            var (dKept, dA, dB) = LoraDeltaReference.Backward(
                dy, Kept(x, pair, linear.K), pair.A, pair.B, t, linear.N, linear.K, pair.Rank, pair.Scale);
            dx = [.. dx.Zip(Kept(dKept, pair, linear.K), (a, b) => a + b)];
            pairs.Add((dA, dB));
        }
        return new LinearGradients(dx, dWeight, dBias, pairs);
    }

    private static double[] Kept(double[] x, PairNumbers pair, int columns) =>
        pair.Key.Drops ? DropoutReference.Mask(x, columns, pair.Key) : x;
}
