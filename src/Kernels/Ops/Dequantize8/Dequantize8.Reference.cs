// The oracle of dequantize8.
namespace FastTune.Kernels.Ops.Dequantize8;

public static class Dequantize8Reference
{
    /// <summary>Values of the codes; the product is fp32 by contract.</summary>
    public static double[] Dequantize(double[] codes, double[] absmax, ReadOnlySpan<float> table, int block)
    {
        var values = new double[codes.Length];
        for (int i = 0; i < values.Length; i++) values[i] = table[(int)codes[i]] * (float)absmax[i / block];
        return values;
    }
}
