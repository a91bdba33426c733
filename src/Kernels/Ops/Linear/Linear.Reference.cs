// The oracle of linear: y = x W^T + b and its three gradients, from plain products.
using FastTune.Kernels.Ops.Matmul;

namespace FastTune.Kernels.Ops.Linear;

public static class LinearReference
{
    /// <summary>y [T,N] from x [T,K], W [N,K] and b [N] (or null).</summary>
    public static double[] Forward(double[] x, double[] weight, double[]? bias, int t, int n, int k)
    {
        double[] y = MatmulReference.Multiply(x, weight, t, n, k, transposeB: true);
        if (bias is not null) for (int i = 0; i < y.Length; i++) y[i] += bias[i % n];
        return y;
    }

    /// <summary>(dx, dW, db) from dy [T,N].</summary>
    public static (double[] DX, double[] DWeight, double[] DBias) Backward(double[] dy, double[] x, double[] weight, int t, int n, int k)
    {
        var dBias = new double[n];
        for (int i = 0; i < dy.Length; i++) dBias[i % n] += dy[i];
        return (MatmulReference.Multiply(dy, weight, t, k, n), MatmulReference.Multiply(dy, x, n, k, t, transposeA: true), dBias);
    }
}
