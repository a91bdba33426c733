// Dropout · y = keep ? x / (1 - p) : 0, where keep is a function of (seed, op, row, column) by Philox4x32-10 (kernels.md 3).
// x, y [R,C]; F32 or BF16. The mask is recomputed wherever it is needed and never stored; the same on every device.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Dropout;

/// <summary>Names one mask.</summary>
/// <param name="Probability">Share of elements dropped; 0: nothing is.</param>
/// <param name="Seed">The run's seed and micro-batch.</param>
/// <param name="Site">Which of the model's masks: no two modules share one.</param>
/// <param name="FirstRow">Row of the mask that the tensor's first row takes, where it is a tile of rows.</param>
public readonly record struct DropoutKey(float Probability, ulong Seed, uint Site, long FirstRow = 0)
{
    public bool Drops => Probability > 0;
}

internal interface IDropoutKernel
{
    void Mask(IDevice device, in Tensor x, in Tensor y, in DropoutKey key);
}

public static class Dropout
{
    internal static readonly KernelSet<IDropoutKernel> Kernels = new("dropout", new DropoutCpu());

    /// <summary>The kept elements of <paramref name="x"/>, scaled; x itself (shared) when nothing is dropped. Linear, so it is
    /// also its own backward. Not a value of the tape.</summary>
    public static Tensor Mask(Tape tape, in Tensor x, in DropoutKey key)
    {
        if (!key.Drops) return x.Share();
        Tensor y = tape.New(x.Shape, x.Type);
        if (tape.Device.Launch("dropout", 10.0 * x.Count, 2.0 * x.Count * x.Type.Size()))
            Kernels.For(tape.Device).Mask(tape.Device, x, y, key);
        return y;
    }
}
