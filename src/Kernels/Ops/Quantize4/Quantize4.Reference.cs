// The oracle of quantize4: the nearest value is looked for among all of them.
namespace FastTune.Kernels.Ops.Quantize4;

public static class Quantize4Reference
{
    /// <summary>(codes, two a byte; absmax) of x; the arithmetic is fp32 by contract.</summary>
    public static (double[] Codes, double[] Absmax) Quantize(double[] x, ReadOnlySpan<float> table, int block)
    {
        var codes = new double[(x.Length + 1) / 2];
        var absmax = new double[(x.Length + block - 1) / block];
        for (int i = 0; i < x.Length; i++)
        {
            int b = i / block, length = Math.Min(block, x.Length - b * block);
            float largest = (float)x.AsSpan(b * block, length).ToArray().Max(Math.Abs);
            absmax[b] = x.AsSpan(b * block, length).ToArray().Any(double.IsNaN) ? double.NaN : largest;
            float scaled = length < block ? (float)x[i] / largest : (float)x[i] * (1 / largest);
            codes[i / 2] += (absmax[b] > 0 ? Nearest(scaled, table) : table.IndexOf(0)) * (i % 2 == 0 ? 16 : 1);
        }
        if (x.Length % 2 != 0) codes[^1] += table.IndexOf(0);
        return (codes, absmax);
    }

    /// <summary>The code whose value is nearest; on the fp32 middle of two values, the lower.</summary>
    public static int Nearest(float x, ReadOnlySpan<float> table)
    {
        float[] sorted = [.. table.ToArray().Order()];
        int rank = 0;
        while (rank + 1 < sorted.Length && x > (sorted[rank] + sorted[rank + 1]) / 2) rank++;
        return table.IndexOf(sorted[rank]);
    }
}
