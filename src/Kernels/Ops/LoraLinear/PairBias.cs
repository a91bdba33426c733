// The bias that a pair's B may have: s bias on every row, and its gradient, by products with a vector of ones.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraLinear;

internal static class PairBias
{
    public static void Add(Tape tape, LoraPair pair, in Tensor y)
    {
        if (pair.Bias is null) return;
        using Tensor ones = Ones(tape, y.Rows, 1), bias = pair.Bias.Value.Reshape(new Shape(1, y.Columns));
        Matmul.Matmul.Run(tape.Device, Operand.Of(ones), Operand.Of(bias), y, pair.Scale, beta: 1);
    }

    public static void Gradient(Tape tape, LoraPair pair, in Tensor dy)
    {
        if (!tape.Needs(pair.Bias)) return;
        using Tensor ones = Ones(tape, 1, dy.Rows);
        using Tensor dBias = tape.GradientTarget(pair.Bias!, out float beta).Reshape(new Shape(1, dy.Columns));
        Matmul.Matmul.Run(tape.Device, Operand.Of(ones), Operand.Of(dy), dBias, pair.Scale, beta);
    }

    private static Tensor Ones(Tape tape, long rows, long columns)
    {
        Tensor ones = tape.Workspace(new Shape(rows, columns), DType.F32);
        Accumulate.Accumulate.Fill(tape.Device, ones, 1);
        return ones;
    }
}
