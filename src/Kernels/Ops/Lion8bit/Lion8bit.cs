// Lion8bit · a step of Lion (arXiv 2302.06675) whose momentum is kept in 8-bit blocks, in bitsandbytes' form. No gradient of its own.
//   m = decoded;  g = s grad;  p = p (1 - lr wd) - lr sign(b1 m + (1 - b1) g);  m = b2 m + (1 - b2) g, coded by the signed dynamic map
// p F32 or BF16, grad F32, codes U8 [n] and absmax F32 [ceil(n / 256)], all contiguous; p, codes and absmax overwritten. sign(0) = 0.
// s: one F32 on the device (the clip factor), absent: 1. Where g is not finite, the momentum becomes 0 and p is kept.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.AdamW8bit;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Lion8bit;

/// <summary>What a step needs besides the tensors.</summary>
/// <param name="Rate">Learning rate of this step.</param>
public readonly record struct LionSettings(double Rate, double Beta1, double Beta2, double WeightDecay);

internal readonly record struct Lion8bitWork(Tensor Parameter, Tensor Gradient, BlockMoment Moment, Tensor Scale, LionSettings Settings);

internal interface ILion8bitKernel
{
    void Update(IDevice device, in Lion8bitWork work);
}

public static class Lion8bit
{
    internal static readonly KernelSet<ILion8bitKernel> Kernels = new("lion_8bit", new Lion8bitCpu());

    /// <summary>Updates a parameter and its momentum in place.</summary>
    public static void Update(
        IDevice device, in Tensor parameter, in Tensor gradient, in BlockMoment moment, in LionSettings settings, in Tensor scale = default)
    {
        if (gradient.Count != parameter.Count || gradient.Type != DType.F32)
            throw new ArgumentException($"[lion_8bit] parameter is {parameter.Shape}, gradient {gradient.Shape} of {gradient.Type}: they must match, the gradient being F32");
        if (!(parameter.IsContiguous && gradient.IsContiguous)) throw new ArgumentException($"[lion_8bit] {parameter.Shape}: all tensors must be contiguous");
        moment.Check("lion_8bit", parameter.Count);
        if (device.Launch("lion_8bit", 8.0 * parameter.Count, (double)parameter.Count * (2 * parameter.Type.Size() + 6)))
            Kernels.For(device).Update(device, new(parameter, gradient, moment, scale, settings));
    }
}
