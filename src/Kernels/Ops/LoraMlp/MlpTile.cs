// One tile of rows through the MLP, forward and backward.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraMlp;

internal static class MlpTile
{
    /// <summary>Fills e and g and adds down(f(e) g) to y. Scratch g may be overwritten by f(e) g.</summary>
    public static void Forward(
        Tape tape, MlpParts parts, in LoraPass pass, long row, in Tensor x, in Tensor e, in Tensor g, in Tensor y, bool mayOverwrite)
    {
        Inner(tape, parts, pass, row, x, e, g);
        using Tensor h = mayOverwrite ? g.Share() : tape.Workspace(g.Shape, g.Type);
        Glu.Glu.Forward(tape.Device, e, g, h, parts.Function);
        parts.DownGroup(pass).Forward(tape, h, TensorSet.Of(y), 1, row);
    }

    /// <summary>Adds the parameters' gradients and turns dy into dx. e and g are overwritten.</summary>
    public static void Backward(
        Tape tape, MlpParts parts, in LoraPass pass, long row, in Tensor x, in Tensor e, in Tensor g, in Tensor dy, bool recompute, bool through)
    {
        using Tensor rstd = parts.Norm is null ? default : tape.Workspace(new Shape(x.Rows), DType.F32);
        using Tensor n = Normed(tape, parts, x, rstd);
        if (recompute) parts.InnerGroup(pass).Forward(tape, n, Pair(e, g), 0, row);
        using Tensor h = tape.Workspace(g.Shape, g.Type);
        Glu.Glu.Forward(tape.Device, e, g, h, parts.Function);
        parts.DownGroup(pass).Backward(tape, h, TensorSet.Of(dy), h, 0, row);
        Glu.Glu.Backward(tape.Device, h, e, g, e, h, parts.Function);
        bool passes = through || tape.Needs(parts.Norm?.Weight);
        if (parts.Norm is null) parts.InnerGroup(pass).Backward(tape, n, Pair(e, h), passes ? dy : default, 1, row);
        else
        {
            parts.InnerGroup(pass).Backward(tape, n, Pair(e, h), passes ? n : default, 0, row);
            if (passes) NormRows.Backward(tape, n, x, rstd, parts.Norm, dy, dy);
        }
    }

    private static void Inner(Tape tape, MlpParts parts, in LoraPass pass, long row, in Tensor x, in Tensor e, in Tensor g)
    {
        using Tensor n = Normed(tape, parts, x, default);
        parts.InnerGroup(pass).Forward(tape, n, Pair(e, g), 0, row);
    }

    private static Tensor Normed(Tape tape, MlpParts parts, in Tensor x, in Tensor rstd) =>
        parts.Norm is null ? x.Share() : NormRows.Forward(tape, x, parts.Norm, rstd);

    private static TensorSet Pair(in Tensor first, in Tensor second)
    {
        TensorSet set = TensorSet.Of(first);
        set[1] = second;
        return set;
    }
}
