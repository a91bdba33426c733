// AdamW · one step of Adam with decoupled weight decay (arXiv 1711.05101), in torch's order. No gradient of its own.
//   g = s grad    p = p (1 - lr wd)    m = b1 m + (1 - b1) g    v = b2 v + (1 - b2) g^2
//   p = p - lr/(1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)
// p, m, v F32 or BF16 each (m and v alike), overwritten; grad F32; all of one shape, contiguous. s: one F32 on the device (the clip
// factor), absent: 1. fp32 inside, one rounding at each store; the scalars are made in double. Element-wise: no order to keep.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.AdamW;

/// <summary>What a step needs besides the tensors.</summary>
/// <param name="Rate">Learning rate of this step.</param>
/// <param name="Step">Number of this step for this parameter, from 1.</param>
public readonly record struct AdamWSettings(double Rate, double Beta1, double Beta2, double Epsilon, double WeightDecay, int Step);

/// <summary>The step's scalars in fp32, as every kernel uses them.</summary>
internal readonly record struct AdamWScalars(float Decay, float Beta1, float Gain1, float Beta2, float Gain2, float StepSize, float RootCorrection, float Epsilon)
{
    public static AdamWScalars Of(in AdamWSettings s) => new(
        (float)(1 - s.Rate * s.WeightDecay), (float)s.Beta1, (float)(1 - s.Beta1), (float)s.Beta2, (float)(1 - s.Beta2),
        (float)(s.Rate / (1 - Math.Pow(s.Beta1, s.Step))), (float)Math.Sqrt(1 - Math.Pow(s.Beta2, s.Step)), (float)s.Epsilon);
}

internal readonly record struct AdamWWork(Tensor Parameter, Tensor Gradient, Tensor First, Tensor Second, Tensor Scale, AdamWScalars Scalars);

internal interface IAdamWKernel
{
    void Update(IDevice device, in AdamWWork work);
}

public static class AdamW
{
    internal static readonly KernelSet<IAdamWKernel> Kernels = new("adamw", new AdamWCpu());

    /// <summary>Updates a parameter and its moments in place.</summary>
    public static void Update(
        IDevice device, in Tensor parameter, in Tensor gradient, in Tensor first, in Tensor second, in AdamWSettings settings, in Tensor scale = default)
    {
        Check(parameter, gradient, first, second, settings);
        double bytes = (double)parameter.Count * (2 * parameter.Type.Size() + 4 + 4 * first.Type.Size());
        if (device.Launch("adamw", 14.0 * parameter.Count, bytes))
            Kernels.For(device).Update(device, new(parameter, gradient, first, second, scale, AdamWScalars.Of(settings)));
    }

    private static void Check(in Tensor parameter, in Tensor gradient, in Tensor first, in Tensor second, in AdamWSettings settings)
    {
        if (gradient.Count != parameter.Count || first.Count != parameter.Count || second.Count != parameter.Count)
            throw new ArgumentException($"[adamw] parameter is {parameter.Shape}, gradient {gradient.Shape}, moments {first.Shape} and {second.Shape}: they must match");
        if (gradient.Type != DType.F32 || first.Type != second.Type)
            throw new ArgumentException($"[adamw] gradient is {gradient.Type}, moments {first.Type} and {second.Type}: the gradient is F32 and both moments have one type");
        if (!(parameter.IsContiguous && gradient.IsContiguous && first.IsContiguous && second.IsContiguous))
            throw new ArgumentException($"[adamw] {parameter.Shape} with row pitch {parameter.RowPitch}: all tensors must be contiguous");
        if (settings.Step < 1) throw new ArgumentException($"[adamw] step {settings.Step}: steps are counted from 1");
    }
}
