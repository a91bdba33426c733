// The oracle of the blocks that begin with a norm: whole matrices in double, from the oracle of a row.
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraQkv;

internal static class LoraQkvReference
{
    public const double Eps = 1e-5;

    /// <summary>Normalised rows of x [T,h], rounded to the type before and after the weight, as the mode says.</summary>
    public static unsafe double[] Norm(double[] x, double[] weight, int t, DType type)
    {
        int h = weight.Length;
        double[] n = new double[t * h], ones = Array.ConvertAll(weight, _ => 1.0);
        fixed (double* px = x, pw = ones, pn = n)
            for (int row = 0; row < t; row++)
                RmsNormReference.Forward<double, RowF64, RowF64>(new(px + row * h), new(pw), new(pn + row * h), h, Eps, NormMode.Llama);
        return [.. n.Select((value, i) => CaseRounding.Round(CaseRounding.Round(value, type) * weight[i % h], type))];
    }

    /// <summary>(dx, dw) from dn.</summary>
    public static unsafe (double[] DX, double[] DWeight) NormBackward(double[] dn, double[] x, double[] weight, int t)
    {
        int h = weight.Length;
        double[] n = new double[t * h], dx = new double[t * h], dWeight = new double[h];
        fixed (double* px = x, pw = weight, pn = n, pdn = dn, pdx = dx)
            for (int row = 0; row < t; row++)
            {
                int at = row * h;
                double r = RmsNormReference.Forward<double, RowF64, RowF64>(new(px + at), new(pw), new(pn + at), h, Eps, NormMode.Llama);
                RmsNormReference.Backward<double, RowF64, RowF64>(
                    new(pdn + at), new(px + at), new(pw), new(pdn + at), false, new(pdx + at), h, r, NormMode.Llama);
                for (int i = 0; i < h; i++) dWeight[i] += RmsNormReference.WeightGradient<double, RowF64>(dn[at + i], x[at + i], r, NormMode.Llama);
            }
        return (dx, dWeight);
    }

    public static double[][] Forward(double[] n, int t, IEnumerable<LinearNumbers> linears) =>
        [.. linears.Select(linear => LoraLinearReference.Forward(n, t, linear))];

    /// <summary>dn and each linear's gradients.</summary>
    public static (double[] DN, LinearGradients[] Linears) Backward(double[][] dy, double[] n, int t, IReadOnlyList<LinearNumbers> linears)
    {
        LinearGradients[] all = [.. linears.Select((linear, i) => LoraLinearReference.Backward(dy[i], n, t, linear))];
        return (all.Select(gradients => gradients.DX).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]), all);
    }
}
