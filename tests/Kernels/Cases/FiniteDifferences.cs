// Holds an oracle's backward to its own forward: central differences in double along random directions.
using FastTune.Kernels.Ops;

namespace FastTune.Tests.Kernels.Cases;

internal static class FiniteDifferences
{
    /// <summary>Null when the derivative along a random direction of every differentiable input agrees to 1e-5, else one line.</summary>
    public static string? Check(IOpCase row)
    {
        var values = row.Inputs.Select((input, i) => CaseData.Fill(input, 1000 + i)).ToArray();
        double[][] outputs = row.Forward(values);
        var weights = outputs.Select((output, i) => row.LossRoot ? [1.0] : CaseData.Normal(output.Length, FastTune.Kernels.Tensors.DType.F32, 2000 + i)).ToArray();
        double[]?[] gradients = row.Backward(values, weights);
        for (int i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is not { } gradient) continue;
            double[] direction = CaseData.Normal(gradient.Length, FastTune.Kernels.Tensors.DType.F32, 3000 + i);
            double step = 1e-5 * Math.Max(1, row.Inputs[i].Scale);
            double numeric = (Weighted(row, Moved(values, i, direction, step), weights)
                - Weighted(row, Moved(values, i, direction, -step), weights)) / (2 * step);
            double analytic = gradient.Zip(direction, (a, b) => a * b).Sum();
            double size = Math.Sqrt(gradient.Sum(g => g * g)) + 1e-3;
            if (!(Math.Abs(numeric - analytic) <= 1e-5 * size))
                return $"{row.Name}: derivative by {row.Inputs[i].Name} is {analytic:G9}, finite differences give {numeric:G9}";
        }
        return null;
    }

    private static double[][] Moved(double[][] values, int index, double[] direction, double step)
    {
        var moved = (double[][])values.Clone();
        moved[index] = [.. values[index].Zip(direction, (value, d) => value + step * d)];
        return moved;
    }

    private static double Weighted(IOpCase row, double[][] values, double[][] weights) =>
        row.Forward(values).Zip(weights, (output, weight) => output.Zip(weight, (o, w) => o * w).Sum()).Sum();
}
