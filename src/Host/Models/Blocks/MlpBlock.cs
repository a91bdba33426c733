// The gated MLP of a layer with its norm and residual: x + down(f(gate n) * up n).
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Glu;
using FastTune.Kernels.Ops.LoraMlp;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

public sealed class MlpBlock(DecoderSpec spec, LinearModule gate, LinearModule up, LinearModule down, NormRule norm)
{
    private readonly MlpParts _parts = new(norm, gate, up, down, spec.Mlp.Activation switch
    {
        Activation.Gelu => GateFunction.Gelu,
        Activation.GeluTanh => GateFunction.GeluTanh,
        Activation.Relu => GateFunction.Relu,
        _ => GateFunction.Silu,
    });

    public LinearModule Gate => gate;
    public LinearModule Up => up;
    public LinearModule Down => down;

    /// <summary>The stream after the branch [T,h] for the stream before it; the end of a layer.</summary>
    /// <param name="keepInner">False recomputes gate's and up's outputs [T,I] in backward.</param>
    public Tensor Forward(Tape tape, in Tensor x, ForwardContext context, bool keepInner) =>
        LoraMlp.Apply(tape, x, _parts, context.Pass, keepInner, endsStretch: true);
}
