// RmsNorm · y = norm(x) w, with an optional residual sum in front (arXiv 1910.07467; kernels.md 4.2).
//   z = round(x + res)   r = rsqrt(mean(z^2) + eps)   n = z r
//   llama  y = round(n) w        gemma  y = n (1 + w), one rounding        plain  y = n w, one rounding
//   backward, g = dy w (gemma: dy (1 + w)):   dz = r (g - n mean(g n)) (+ gradient of z itself)   dw = sum over rows of dy n
// x, res, z, y [T,h]; F32 or BF16; any row pitch. w [h]. fp32 inside.
// Saves z (x without a residual) and r (fp32 a row); n is recomputed (llama: rounded as in forward for dw).
// dz is written over dy, or over the gradient of z where that exists. x and res receive the same gradient.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.RmsNorm;

/// <summary>Where the normalised value is rounded and what multiplies it; the model family decides.</summary>
public enum NormMode : byte { Llama, Gemma, Plain }

/// <summary>Forward: y (and z with a residual), r [T] when asked for.</summary>
internal readonly record struct RmsNormForward(Tensor X, Tensor Residual, Tensor Weight, Tensor Sum, Tensor Y, Tensor Rstd, float Eps, NormMode Mode);

/// <summary>Backward: Out = norm part (+ Base); Out may be DY or Base. DWeight (fp32) absent when frozen.</summary>
internal readonly record struct RmsNormBackward(
    Tensor DY, Tensor Z, Tensor Rstd, Tensor Weight, Tensor Base, Tensor Out, Tensor DWeight, float DWeightBeta, NormMode Mode);

internal interface IRmsNormKernel
{
    void Forward(IDevice device, in RmsNormForward work);
    void Backward(IDevice device, in RmsNormBackward work);
}

public static class RmsNorm
{
    internal static readonly KernelSet<IRmsNormKernel> Kernels = new("rms_norm", new RmsNormCpu(), new RmsNormCuda(), new RmsNormIlgpu());

    /// <summary>Normalised rows of <paramref name="x"/> [T,h] times <paramref name="weight"/> [h].</summary>
    public static Tensor Norm(Tape tape, in Tensor x, Parameter weight, float eps, NormMode mode = NormMode.Llama)
    {
        Check(x, x, weight);
        return Launch(tape, x, default, x, weight, eps, mode);
    }

    /// <summary>The residual sum z = x + residual and its normalised rows. Both outputs belong to the caller.</summary>
    public static (Tensor Sum, Tensor Normed) AddNorm(
        Tape tape, in Tensor x, in Tensor residual, Parameter weight, float eps, NormMode mode = NormMode.Llama)
    {
        Check(x, residual, weight);
        Tensor sum = tape.New(x.Shape, x.Type);
        if (tape.Needs(x) || tape.Needs(residual))
        {
            sum = tape.Track(sum);
            tape.Record(new SumNode(sum.Value, x.Value, residual.Value));
        }
        return (sum, Launch(tape, x, residual, sum, weight, eps, mode));
    }

    private static Tensor Launch(Tape tape, in Tensor x, in Tensor residual, in Tensor z, Parameter weight, float eps, NormMode mode)
    {
        bool record = tape.Needs(z) || tape.Needs(weight);
        Tensor y = tape.New(z.Shape, z.Type);
        Tensor rstd = record ? tape.New(new Shape(z.Rows), DType.F32) : default;
        double bytes = (residual.Exists ? 4.0 : 2.0) * z.Count * z.Type.Size();
        if (tape.Device.Launch("rms_norm", 4.0 * z.Count, bytes))
            Kernels.For(tape.Device).Forward(tape.Device, new(x, residual, weight.Value, residual.Exists ? z : default, y, rstd, eps, mode));
        if (!record) return y;
        y = tape.Track(y);
        tape.Use(weight);
        tape.Record(new NormNode(y.Value, z.Share(), rstd, weight, mode));
        return y;
    }

    private static void Check(in Tensor x, in Tensor residual, Parameter weight)
    {
        if (weight.Shape.Count != x.Columns)
            throw new ArgumentException(
                $"[rms_norm] weight {weight.Name} has shape {weight.Shape}, input's last dimension is {x.Columns}: is hidden_size right?");
        if (x.Rows != residual.Rows || x.Columns != residual.Columns || x.Type != residual.Type)
            throw new ArgumentException(
                $"[rms_norm] input is {x.Shape} {x.Type}, residual {residual.Shape} {residual.Type}: they must match");
    }

    private struct NormNode(int y, Tensor z, Tensor rstd, Parameter weight, NormMode mode) : INode
    {
        private Tensor _z = z, _rstd = rstd;

        public void Backward(Tape tape)
        {
            Tensor dy = tape.TakeExclusiveGradient(y);
            if (!dy.Exists)
            {
                if (tape.Needs(weight)) tape.Contributed(weight);
                return;
            }
            bool trains = tape.Needs(weight);
            float beta = 0;
            Tensor dWeight = trains ? tape.GradientTarget(weight, out beta) : default;
            bool joins = _z.Value != 0 && tape.HasGradient(_z.Value);
            Tensor target = joins ? tape.GradientTarget(_z, out _) : dy;
            // Head norms see [T heads, d] where the gradients have come as [T, heads d]: the rows are z's.
            using Tensor dyRows = AsRows(dy), targetRows = AsRows(target);
            if (tape.Device.Launch("rms_norm", 8.0 * _z.Count, 3.0 * _z.Count * _z.Type.Size()))
                Kernels.For(tape.Device).Backward(
                    tape.Device, new(dyRows, _z, _rstd, weight.Value, joins ? targetRows : default, targetRows, dWeight, beta, mode));
            if (trains) tape.Contributed(weight);
            if (joins || _z.Value == 0) dy.Dispose();
            else tape.AddGradient(_z.Value, dy);
        }

        public void Free()
        {
            _z.Dispose();
            _rstd.Dispose();
        }

        private readonly Tensor AsRows(in Tensor gradient) => gradient.Shape == _z.Shape ? gradient.Share() : gradient.Reshape(_z.Shape);
    }

    /// <summary>Backward of z = x + residual: both get the gradient of z, sharing one buffer.</summary>
    private readonly struct SumNode(int sum, int x, int residual) : INode
    {
        public void Backward(Tape tape)
        {
            Tensor dz = tape.TakeGradient(sum);
            if (!dz.Exists) return;
            if (x != 0) tape.AddGradient(x, dz.Share());
            if (residual != 0) tape.AddGradient(residual, dz.Share());
            dz.Dispose();
        }

        public void Free() { }
    }
}
