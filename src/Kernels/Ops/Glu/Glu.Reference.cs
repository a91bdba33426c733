// The oracle of glu, one element: f and f' of each gate function.
namespace FastTune.Kernels.Ops.Glu;

public static class GluReference
{
    private const double RootTwoOverPi = 0.79788456080286535588, Cubic = 0.044715;

    public static double Forward(double e, double g, GateFunction gate) => F(e, gate) * g;

    public static (double De, double Dg) Backward(double e, double g, double dh, GateFunction gate) =>
        (dh * g * Slope(e, gate), dh * F(e, gate));

    private static double F(double e, GateFunction gate) => gate switch
    {
        GateFunction.Silu => e / (1 + Math.Exp(-e)),
        GateFunction.Gelu => 0.5 * e * (1 + Erf(e / Math.Sqrt(2))),
        GateFunction.GeluTanh => 0.5 * e * (1 + Math.Tanh(RootTwoOverPi * (e + Cubic * e * e * e))),
        _ => Math.Max(e, 0),
    };

    private static double Slope(double e, GateFunction gate)
    {
        switch (gate)
        {
            case GateFunction.Silu:
                double s = 1 / (1 + Math.Exp(-e));
                return s * (1 + e * (1 - s));
            case GateFunction.Gelu:
                return 0.5 * (1 + Erf(e / Math.Sqrt(2))) + e * Math.Exp(-e * e / 2) / Math.Sqrt(2 * Math.PI);
            case GateFunction.GeluTanh:
                double t = Math.Tanh(RootTwoOverPi * (e + Cubic * e * e * e));
                return 0.5 * (1 + t) + 0.5 * e * (1 - t * t) * RootTwoOverPi * (1 + 3 * Cubic * e * e);
            default:
                return e > 0 ? 1 : 0;
        }
    }

    /// <summary>erf by its Maclaurin series (|x| below 3) or the continued fraction of erfc; about 1e-15.</summary>
    private static double Erf(double x)
    {
        double magnitude = Math.Abs(x);
        if (magnitude < 3)
        {
            double term = x, sum = x;
            for (int n = 1; n < 80; n++)
            {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }
            return 2 / Math.Sqrt(Math.PI) * sum;
        }
        double fraction = 0;
        for (int k = 60; k >= 1; k--) fraction = k / 2.0 / (magnitude + fraction);
        double complement = Math.Exp(-magnitude * magnitude) / Math.Sqrt(Math.PI) / (magnitude + fraction);
        return Math.Sign(x) * (1 - complement);
    }
}
