// The oracle of adamw: one element, in the words of the paper.
namespace FastTune.Kernels.Ops.AdamW;

public static class AdamWReference
{
    /// <summary>New parameter and moments of one element; <paramref name="gradient"/> is already scaled.</summary>
    public static (double Parameter, double First, double Second) Step(double parameter, double gradient, double first, double second, in AdamWSettings s)
    {
        first = s.Beta1 * first + (1 - s.Beta1) * gradient;
        second = s.Beta2 * second + (1 - s.Beta2) * gradient * gradient;
        double mean = first / (1 - Math.Pow(s.Beta1, s.Step)), square = second / (1 - Math.Pow(s.Beta2, s.Step));
        parameter *= 1 - s.Rate * s.WeightDecay;
        return (parameter - s.Rate * mean / (Math.Sqrt(square) + s.Epsilon), first, second);
    }
}
