// The norm inside a block: tiles of rows normalised again whenever they are read, so that no normalised row is saved.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.RmsNorm;

/// <summary>A norm as a model has it.</summary>
/// <param name="Weight">[h].</param>
public sealed record NormRule(Parameter Weight, float Eps, NormMode Mode = NormMode.Llama);

internal static class NormRows
{
    /// <exception cref="ArgumentException">The weight's length is not the width of the rows.</exception>
    public static void Check(string op, in Tensor x, NormRule norm)
    {
        if (norm.Weight.Shape.Count != x.Columns)
            throw new ArgumentException(
                $"[{op}] weight {norm.Weight.Name} has shape {norm.Weight.Shape}, input's last dimension is {x.Columns}: is hidden_size right?");
    }

    /// <summary>Normalised rows in scratch memory; with <paramref name="rstd"/> [rows], which backward needs, also their 1/rms.</summary>
    public static Tensor Forward(Tape tape, in Tensor z, NormRule norm, in Tensor rstd = default)
    {
        Tensor y = tape.Workspace(z.Shape, z.Type);
        if (tape.Device.Launch("rms_norm", 4.0 * z.Count, 2.0 * z.Count * z.Type.Size()))
            RmsNorm.Kernels.For(tape.Device).Forward(
                tape.Device, new(z, default, norm.Weight.Value, default, y, rstd, norm.Eps, norm.Mode));
        return y;
    }

    /// <summary>dz = norm's backward of dy (+ base); <paramref name="dz"/> may be dy or base. Adds to the weight's gradient where it trains.</summary>
    public static void Backward(Tape tape, in Tensor dy, in Tensor z, in Tensor rstd, NormRule norm, in Tensor other, in Tensor dz)
    {
        float beta = 0;
        Tensor dWeight = tape.Needs(norm.Weight) ? tape.GradientTarget(norm.Weight, out beta) : default;
        if (tape.Device.Launch("rms_norm", 8.0 * z.Count, 3.0 * z.Count * z.Type.Size()))
            RmsNorm.Kernels.For(tape.Device).Backward(
                tape.Device, new(dy, z, rstd, norm.Weight.Value, other, dz, dWeight, beta, norm.Mode));
    }
}
