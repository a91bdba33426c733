// The oracle of cross_entropy: one row.
namespace FastTune.Kernels.Ops.CrossEntropy;

public static class CrossEntropyReference
{
    /// <summary>lse(z) - z[label]; dz receives weight (softmax - onehot).</summary>
    public static double Row(ReadOnlySpan<double> z, int label, Span<double> dz, double weight)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double value in z) max = Math.Max(max, value);
        foreach (double value in z) sum += Math.Exp(value - max);
        double lse = max + Math.Log(sum);
        for (int i = 0; i < z.Length; i++) dz[i] = weight * (Math.Exp(z[i] - lse) - (i == label ? 1 : 0));
        return lse - z[label];
    }

    /// <summary>(loss, dz) of z [n,V].</summary>
    public static (double Loss, double[] DZ) Loss(double[] z, double[] labels, int v, double weight)
    {
        double loss = 0;
        var dz = new double[z.Length];
        for (int row = 0; row < labels.Length; row++)
            loss += weight * Row(z.AsSpan(row * v, v), (int)labels[row], dz.AsSpan(row * v, v), weight);
        return (loss, dz);
    }
}
