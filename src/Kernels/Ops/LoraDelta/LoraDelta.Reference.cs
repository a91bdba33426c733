// The oracle of lora_delta, from plain products.
using FastTune.Kernels.Ops.Matmul;

namespace FastTune.Kernels.Ops.LoraDelta;

public static class LoraDeltaReference
{
    /// <summary>y + s x A^T B^T for y [T,N], x [T,K] (already dropped), A [r,K], B [N,r].</summary>
    public static double[] Forward(double[] y, double[] x, double[] a, double[] b, int t, int n, int k, int r, double scale)
    {
        double[] delta = MatmulReference.Multiply(MatmulReference.Multiply(x, a, t, r, k, transposeB: true), b, t, n, r, transposeB: true);
        return [.. y.Zip(delta, (value, d) => value + scale * d)];
    }

    /// <summary>(dx before the dropout's own mask, dA, dB) from dy.</summary>
    public static (double[] DX, double[] DA, double[] DB) Backward(
        double[] dy, double[] x, double[] a, double[] b, int t, int n, int k, int r, double scale)
    {
        double[] scaled = Array.ConvertAll(dy, value => scale * value);
        double[] u = MatmulReference.Multiply(x, a, t, r, k, transposeB: true), dU = MatmulReference.Multiply(scaled, b, t, r, n);
        return (
            MatmulReference.Multiply(dU, a, t, k, r),
            MatmulReference.Multiply(dU, x, r, k, t, transposeA: true),
            MatmulReference.Multiply(scaled, u, n, r, t, transposeA: true));
    }
}
