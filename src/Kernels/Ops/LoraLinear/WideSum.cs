// A sum of several products that is rounded once: in the target itself where that is fp32, beside it where it has 16 bits.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraLinear;

/// <summary>Products add to <see cref="Total"/>; <see cref="Store"/> brings the result to the target.</summary>
internal readonly ref struct WideSum(Tensor target, Tensor total, bool apart)
{
    private readonly Tensor _target = target, _total = total;

    public Tensor Total => _total;

    /// <param name="beta">1: the sum begins with what the target holds; 0: its first product overwrites.</param>
    /// <param name="terms">What will be added, the target's own contents included: a single term is rounded once anyway.</param>
    public static WideSum Begin(Tape tape, in Tensor target, float beta, int terms)
    {
        if (target.Type == DType.F32 || terms < 2) return new WideSum(target, target.Share(), apart: false);
        Tensor total = tape.Workspace(target.Shape, DType.F32);
        if (beta != 0) Accumulate.Accumulate.Copy(tape.Device, target, total);
        return new WideSum(target, total, apart: true);
    }

    public void Store(Tape tape)
    {
        if (apart) Accumulate.Accumulate.Copy(tape.Device, _total, _target);
    }

    public void Dispose() => _total.Dispose();
}
