// The oracle of quantize_rows.
namespace FastTune.Kernels.Ops.QuantizeRows;

public static class QuantizeRowsReference
{
    /// <summary>(codes, scales) of x [rows, columns]; the products are fp32 by contract.</summary>
    public static (double[] Codes, double[] Scales) Quantize(double[] x, int rows, int columns)
    {
        var (codes, scales) = (new double[x.Length], new double[rows]);
        for (int row = 0; row < rows; row++)
        {
            double[] values = x[(row * columns)..((row + 1) * columns)];
            scales[row] = values.Any(double.IsNaN) ? double.NaN : values.Select(Math.Abs).DefaultIfEmpty(0).Max();
            for (int i = 0; i < columns; i++)
                codes[row * columns + i] = scales[row] > 0 ? MathF.Round((float)values[i] * (127 * (1 / (float)scales[row])), MidpointRounding.ToEven) : 0;
        }
        return (codes, scales);
    }
}
