// GradNorm · the l2 norm over all gradients, and the factor that clips them to a limit. No gradient of its own.
//   norm = sqrt(sum over tensors of sum g^2)    factor = min(1, max / (norm + 1e-6)); max 0: factor 1
// g F32, contiguous. Chunks of 16,384 elements: fp32 tree inside a chunk, fp64 over the chunks in order, so that the bits depend neither
// on the threads nor on the machine. A NaN or Inf in any gradient shows in the norm. Both results stay on the device, one F32 each.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.GradNorm;

/// <summary>One F32 each: the norm before clipping, and what every gradient is to be multiplied by.</summary>
public struct GradNormResult(Tensor norm, Tensor factor) : IDisposable
{
    private Tensor _norm = norm, _factor = factor;

    public readonly Tensor Norm => _norm;
    public readonly Tensor Factor => _factor;

    public void Dispose()
    {
        _norm.Dispose();
        _factor.Dispose();
    }
}

internal interface IGradNormKernel
{
    /// <summary>partials[k] = sum of squares of chunk k of a gradient.</summary>
    void SumOfSquares(IDevice device, in Tensor gradient, in Tensor partials);

    /// <summary>norm and factor from the partial sums of all gradients.</summary>
    void Finish(IDevice device, in Tensor partials, float limit, in Tensor norm, in Tensor factor);
}

public static class GradNorm
{
    /// <summary>Elements whose squares are summed in fp32; part of the contract, since it fixes the bits.</summary>
    public const int Chunk = 16 * 1024;

    internal static readonly KernelSet<IGradNormKernel> Kernels = new("grad_norm", new GradNormCpu());

    /// <param name="device">Where the gradients lie.</param>
    /// <param name="gradients">Every gradient of the step; their order fixes the last bits.</param>
    /// <param name="limit">max_grad_norm; 0 or less: no clipping, the norm is still measured.</param>
    public static GradNormResult Measure(IDevice device, IReadOnlyList<Tensor> gradients, double limit)
    {
        long chunks = 0;
        for (int i = 0; i < gradients.Count; i++) chunks += Chunks(Checked(gradients[i]));
        using Tensor partials = device.Empty(new Shape(chunks), DType.F32, Category.Workspace);
        using Tensor row = partials.Reshape(new Shape(chunks, 1));
        long done = 0;
        for (int i = 0; i < gradients.Count; i++)
        {
            Tensor gradient = gradients[i];
            using Tensor own = row.RowRange(done, Chunks(gradient));
            done += own.Rows;
            if (device.Launch("grad_norm", 2.0 * gradient.Count, 4.0 * gradient.Count)) Kernels.For(device).SumOfSquares(device, gradient, own);
        }
        Tensor norm = device.Empty(new Shape(1), DType.F32, Category.Workspace), factor = device.Empty(new Shape(1), DType.F32, Category.Workspace);
        if (device.Launch("grad_norm", chunks, 4.0 * chunks)) Kernels.For(device).Finish(device, partials, (float)limit, norm, factor);
        return new GradNormResult(norm, factor);
    }

    private static long Chunks(in Tensor gradient) => (gradient.Count + Chunk - 1) / Chunk;

    private static Tensor Checked(in Tensor gradient) => gradient.Type == DType.F32 && gradient.IsContiguous
        ? gradient
        : throw new ArgumentException($"[grad_norm] gradient {gradient.Shape} is {gradient.Type} with row pitch {gradient.RowPitch}: gradients are F32 and contiguous");
}
