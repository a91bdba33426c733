// The oracle of lion_8bit: dequantise, the step in the words of the paper, quantise.
using FastTune.Kernels.Ops.AdamW8bit;
using FastTune.Kernels.Ops.Dequantize8;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Lion8bit;

public static class Lion8bitReference
{
    /// <summary>New parameters, and the momentum as numbers (decoded again after coding).</summary>
    public static (double[] Parameter, double[] Moment) Step(
        double[] parameter, double[] gradient, double[] codes, double[] absmax, in LionSettings s)
    {
        double[] m = Dequantize8Reference.Dequantize(codes, absmax, CodeTable.Signed8.Values, BlockMoment.Block);
        double[] p = [.. parameter];
        for (int i = 0; i < p.Length; i++)
        {
            if (!double.IsFinite(gradient[i]))
            {
                m[i] = 0;
                continue;
            }
            p[i] = p[i] * (1 - s.Rate * s.WeightDecay) - s.Rate * Math.Sign(s.Beta1 * m[i] + (1 - s.Beta1) * gradient[i]);
            m[i] = s.Beta2 * m[i] + (1 - s.Beta2) * gradient[i];
        }
        return (p, AdamW8bitReference.Coded(m, CodeTable.Signed8));
    }
}
