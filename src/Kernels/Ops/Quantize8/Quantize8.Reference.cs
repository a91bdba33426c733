// The oracle of quantize8: the nearest value is looked for among all of them.
using FastTune.Kernels.Ops.Quantize4;

namespace FastTune.Kernels.Ops.Quantize8;

public static class Quantize8Reference
{
    /// <summary>(codes, absmax) of x; the arithmetic is fp32 by contract.</summary>
    public static (double[] Codes, double[] Absmax) Quantize(double[] x, ReadOnlySpan<float> table, int block)
    {
        var codes = new double[x.Length];
        var absmax = new double[(x.Length + block - 1) / block];
        for (int b = 0; b < absmax.Length; b++)
        {
            double[] part = x[(b * block)..Math.Min(x.Length, (b + 1) * block)];
            absmax[b] = part.Any(double.IsNaN) ? double.NaN : part.Max(Math.Abs);
            for (int i = 0; i < part.Length; i++)
                codes[b * block + i] = absmax[b] > 0 ? Quantize4Reference.Nearest((float)part[i] * (1 / (float)absmax[b]), table) : table.IndexOf(0);
        }
        return (codes, absmax);
    }
}
