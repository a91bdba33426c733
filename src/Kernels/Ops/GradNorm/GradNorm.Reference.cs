// The oracle of grad_norm: the formula, in double.
namespace FastTune.Kernels.Ops.GradNorm;

public static class GradNormReference
{
    public static (double Norm, double Factor) Measure(IEnumerable<double[]> gradients, double limit)
    {
        double norm = Math.Sqrt(gradients.Sum(gradient => gradient.Sum(value => value * value)));
        return (norm, limit > 0 ? Math.Min(1, limit / (norm + 1e-6)) : 1);
    }
}
