// Shapes of a block's linears, checked once for all of them.
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraLinear;

internal static class LinearCheck
{
    public static void Fits(string op, in Tensor x, ILoraLinear linear) => Fits(op, x.Columns, linear);

    /// <exception cref="ArgumentException">The matrix or a pair does not fit an input of this width.</exception>
    public static void Fits(string op, long columns, ILoraLinear linear)
    {
        if (linear.Weight.Columns != columns)
            throw new ArgumentException(
                $"[{op}] {linear.Weight.Name} is [{linear.Weight.Rows}, {linear.Weight.Columns}], input's last dimension is {columns}");
        for (int i = 0; i < linear.PairCount; i++)
        {
            LoraPair pair = linear.Pair(i);
            if (pair.A.Shape.Columns != columns || pair.B.Shape.Rows != linear.Weight.Rows || pair.A.Shape.Rows != pair.B.Shape.Columns)
                throw new ArgumentException(
                    $"[{op}] {pair.A.Name} {pair.A.Shape} and {pair.B.Name} {pair.B.Shape} do not fit a linear from {columns} to {linear.Weight.Rows}");
        }
    }
}
