// The oracle of adamw_8bit: the oracles of dequantise, adamw and quantise, one after the other.
using FastTune.Kernels.Ops.AdamW;
using FastTune.Kernels.Ops.Dequantize8;
using FastTune.Kernels.Ops.Quantize8;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.AdamW8bit;

public static class AdamW8bitReference
{
    /// <summary>New parameters, and the moments as numbers (decoded again after coding).</summary>
    public static (double[] Parameter, double[] First, double[] Second) Step(
        double[] parameter, double[] gradient, (double[] Codes, double[] Absmax) first, (double[] Codes, double[] Absmax) second, in AdamWSettings settings)
    {
        double[] m = Dequantize8Reference.Dequantize(first.Codes, first.Absmax, CodeTable.Signed8.Values, BlockMoment.Block);
        double[] v = Dequantize8Reference.Dequantize(second.Codes, second.Absmax, CodeTable.Unsigned8.Values, BlockMoment.Block);
        double[] p = [.. parameter];
        for (int i = 0; i < p.Length; i++)
            (p[i], m[i], v[i]) = double.IsFinite(gradient[i]) ? AdamWReference.Step(p[i], gradient[i], m[i], v[i], settings) : (p[i], 0, 0);
        return (p, Coded(m, CodeTable.Signed8), Coded(v, CodeTable.Unsigned8));
    }

    /// <summary>Numbers as they read after being coded.</summary>
    public static double[] Coded(double[] values, CodeTable table)
    {
        var (codes, absmax) = Quantize8Reference.Quantize([.. values.Select(value => (double)(float)value)], table.Values, BlockMoment.Block);
        return Dequantize8Reference.Dequantize(codes, absmax, table.Values, BlockMoment.Block);
    }
}
