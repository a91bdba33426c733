// The gated MLP of a layer: down(f(gate x) * up x).
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Glu;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

public sealed class MlpBlock(DecoderSpec spec, LinearModule gate, LinearModule up, LinearModule down)
{
    private readonly GateFunction _function = spec.Mlp.Activation switch
    {
        Activation.Gelu => GateFunction.Gelu,
        Activation.GeluTanh => GateFunction.GeluTanh,
        Activation.Relu => GateFunction.Relu,
        _ => GateFunction.Silu,
    };

    public LinearModule Gate => gate;
    public LinearModule Up => up;
    public LinearModule Down => down;

    /// <summary>The branch's output [T,h] for the normalised stream [T,h].</summary>
    public Tensor Forward(Tape tape, in Tensor x, ForwardContext context)
    {
        Tensor inner;
        using (Tensor e = gate.Forward(tape, x, context))
        using (Tensor g = up.Forward(tape, x, context))
            inner = Glu.Apply(tape, e, g, _function);
        using (inner) return down.Forward(tape, inner, context);
    }
}
