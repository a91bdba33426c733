// One decoder layer: attention, then MLP, each with its norm and residual.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

/// <summary>A layer, which is also the stretch that gradient checkpointing runs again.</summary>
public sealed class DecoderLayer(
    AttentionBlock attention, MlpBlock mlp, Parameter attentionNorm, Parameter mlpNorm) : ISegment
{
    private ForwardContext? _context;
    private bool _keepInner = true;

    public AttentionBlock Attention => attention;
    public MlpBlock Mlp => mlp;
    public Parameter AttentionNorm => attentionNorm;
    public Parameter MlpNorm => mlpNorm;

    /// <summary>Linears in the order in which the reference library registers them.</summary>
    public IEnumerable<LinearModule> Linears =>
        [attention.Weights.Query, attention.Weights.Key, attention.Weights.Value, attention.Weights.Output, mlp.Gate, mlp.Up, mlp.Down];

    /// <summary>Set by the model when the set of trainable parameters is known.</summary>
    public bool Trains { get; set; }

    /// <summary>Remembers the pass's context: the layer runs in it now, and again in backward.</summary>
    /// <param name="keepInner">False computes gate's and up's outputs again in backward.</param>
    public DecoderLayer In(ForwardContext context, bool keepInner = true)
    {
        (_context, _keepInner) = (context, keepInner);
        return this;
    }

    public Tensor Forward(Tape tape, in Tensor x)
    {
        using Tensor attended = attention.Forward(tape, x, _context!);
        return mlp.Forward(tape, attended, _context!, _keepInner);
    }
}
