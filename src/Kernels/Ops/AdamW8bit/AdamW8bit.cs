// AdamW8bit · a step of AdamW whose moments are kept in 8-bit blocks (arXiv 2110.02861), in bitsandbytes' form. No gradient of its own.
//   m, v = decoded;  g = s grad;  p, m, v by the formula of AdamW (Ops/AdamW), with the new m and v before they are coded again
//   then m is coded by the signed dynamic map, v by the unsigned one, nearest code, each block of 256 by its own largest magnitude
// p F32 or BF16, grad F32, codes U8 [n] and absmax F32 [ceil(n / 256)] of each moment, all contiguous; p, codes and absmax overwritten.
// s: one F32 on the device (the clip factor), absent: 1. Where g is not finite, both moments become 0 and p is kept (kernels.md 4.13).
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.AdamW;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.AdamW8bit;

/// <summary>A moment: U8 codes [n] and F32 largest magnitudes [ceil(n / 256)].</summary>
public readonly record struct BlockMoment(Tensor Codes, Tensor Absmax)
{
    /// <summary>Values that share a scale.</summary>
    public const int Block = 256;

    /// <summary>Tensors smaller than this keep fp32 moments, as bitsandbytes has it.</summary>
    public const int SmallestTensor = 4096;

    internal void Check(string op, long count)
    {
        if (Codes.Type != DType.U8 || Absmax.Type != DType.F32 || !(Codes.IsContiguous && Absmax.IsContiguous))
            throw new ArgumentException($"[{op}] a moment is {Codes.Type} with maxima {Absmax.Type}: U8 and F32, each in one piece, were expected");
        if (Codes.Count != count || Absmax.Count != FourBitMatrix.BlockCount(count, Block))
            throw new ArgumentException($"[{op}] the parameter has {count} elements, a moment {Codes.Count} codes and {Absmax.Count} maxima of blocks of {Block}: they must match");
    }
}

internal readonly record struct AdamW8bitWork(Tensor Parameter, Tensor Gradient, BlockMoment First, BlockMoment Second, Tensor Scale, AdamWScalars Scalars);

internal interface IAdamW8bitKernel
{
    void Update(IDevice device, in AdamW8bitWork work);
}

public static class AdamW8bit
{
    internal static readonly KernelSet<IAdamW8bitKernel> Kernels = new("adamw_8bit", new AdamW8bitCpu());

    /// <summary>Updates a parameter and its moments in place.</summary>
    public static void Update(
        IDevice device, in Tensor parameter, in Tensor gradient, in BlockMoment first, in BlockMoment second, in AdamWSettings settings, in Tensor scale = default)
    {
        if (gradient.Count != parameter.Count || gradient.Type != DType.F32)
            throw new ArgumentException($"[adamw_8bit] parameter is {parameter.Shape}, gradient {gradient.Shape} of {gradient.Type}: they must match, the gradient being F32");
        if (!(parameter.IsContiguous && gradient.IsContiguous)) throw new ArgumentException($"[adamw_8bit] {parameter.Shape}: all tensors must be contiguous");
        if (settings.Step < 1) throw new ArgumentException($"[adamw_8bit] step {settings.Step}: steps are counted from 1");
        first.Check("adamw_8bit", parameter.Count);
        second.Check("adamw_8bit", parameter.Count);
        if (device.Launch("adamw_8bit", 18.0 * parameter.Count, (double)parameter.Count * (2 * parameter.Type.Size() + 8)))
            Kernels.For(device).Update(device, new(parameter, gradient, first, second, scale, AdamWScalars.Of(settings)));
    }
}
