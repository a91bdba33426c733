// CrossEntropy · loss = weight sum over rows of (lse(z) - z[label]) on logits that exist (kernels.md 4.7 without the product).
//   dz = weight (softmax(z) - onehot(label)), written over z
// z [n,V] fp32, labels I32 [n]; loss fp32 [1]. The weight is 1 / (labels counted over the whole optimizer step), never a mean of means.
// Also the row kernel that linear_cross_entropy runs on its chunks.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.CrossEntropy;

internal interface ICrossEntropyKernel
{
    /// <summary>Row losses lse - z[label] (unweighted) to <paramref name="losses"/> [n]; with gradients, z becomes dz.</summary>
    void Rows(IDevice device, in Tensor z, in Tensor labels, in Tensor losses, float weight, bool gradients);

    /// <summary>loss = weight times the sum of the rows' losses, in order, in fp64.</summary>
    void Sum(IDevice device, in Tensor losses, in Tensor loss, float weight);
}

public static class CrossEntropy
{
    internal static readonly KernelSet<ICrossEntropyKernel> Kernels = new("cross_entropy", new CrossEntropyCpu());

    /// <summary>The loss of whole logits; takes over <paramref name="z"/>, whose memory becomes its gradient. Root of the tape:
    /// the loss's own gradient is taken to be 1.</summary>
    public static Tensor Loss(Tape tape, Tensor z, in Tensor labels, float weight)
    {
        bool record = tape.Needs(z);
        using Tensor losses = tape.Workspace(new Shape(z.Rows), DType.F32);
        Rows(tape.Device, z, labels, losses, weight, record);
        Tensor loss = tape.New(new Shape(1), DType.F32);
        Sum(tape.Device, losses, loss, weight);
        if (record)
        {
            loss = tape.Track(loss);
            tape.Record(new Node(loss.Value, z));
        }
        else z.Dispose();
        return loss;
    }

    internal static void Rows(IDevice device, in Tensor z, in Tensor labels, in Tensor losses, float weight, bool gradients)
    {
        if (z.Rows > 0 && device.Launch("cross_entropy", 6.0 * z.Count, (gradients ? 12.0 : 4.0) * z.Count))
            Kernels.For(device).Rows(device, z, labels, losses, weight, gradients);
    }

    internal static void Sum(IDevice device, in Tensor losses, in Tensor loss, float weight)
    {
        if (device.Launch("cross_entropy", losses.Count, 4.0 * losses.Count)) Kernels.For(device).Sum(device, losses, loss, weight);
    }

    private struct Node(int loss, Tensor gradient) : INode
    {
        private Tensor _gradient = gradient;

        public void Backward(Tape tape)
        {
            tape.TakeGradient(loss).Dispose();
            tape.AddGradient(_gradient.Value, _gradient.Share());
        }

        public void Free() => _gradient.Dispose();
    }
}
