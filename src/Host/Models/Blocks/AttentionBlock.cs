// Grouped-query attention of a layer: norm and projections, head norms, rotation, attention, output projection and residual.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.LoraQkv;
using FastTune.Kernels.Ops.PagedAttention;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Ops.Rope;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

/// <summary>The weights of a layer's attention; head norms are null where the model has none.</summary>
public sealed record AttentionWeights(
    LinearModule Query, LinearModule Key, LinearModule Value, LinearModule Output, Parameter? QueryNorm, Parameter? KeyNorm);

public sealed class AttentionBlock(DecoderSpec spec, int layer, AttentionWeights weights, NormRule norm)
{
    private readonly ILoraLinear[] _projections = [weights.Query, weights.Key, weights.Value];

    private readonly AttentionRule _rule = new(
        spec.Attention.Heads, spec.Attention.KeyValueHeads, spec.Attention.HeadSize,
        spec.AttentionScale ?? 1f / MathF.Sqrt(spec.Attention.HeadSize), Window: spec.Layers[layer].Window ?? 0);

    private readonly RopePairs _pairs = spec.Rope.Interleaved ? RopePairs.Interleaved : RopePairs.Halves;

    public AttentionWeights Weights { get; } = weights;

    /// <summary>The stream after the branch [T,h] for the stream before it.</summary>
    public Tensor Forward(Tape tape, in Tensor x, ForwardContext context)
    {
        using Tensor mixed = Mixed(tape, x, context);
        return LoraLinear.Apply(tape, mixed, Weights.Output, context.Pass, residual: x);
    }

    private Tensor Mixed(Tape tape, in Tensor x, ForwardContext context)
    {
        TensorSet heads = LoraQkv.Apply(tape, x, norm, _projections, context.Pass);
        using Tensor value = heads[2];
        using Tensor query = Turned(tape, heads[0], Weights.QueryNorm, context), key = Turned(tape, heads[1], Weights.KeyNorm, context);
        return Attend(tape, query, key, value, context);
    }

    private Tensor Attend(Tape tape, in Tensor query, in Tensor key, in Tensor value, ForwardContext context) => context.Cache is { } cache
        ? PagedAttention.Attend(tape, query, key, value, cache.Pages(layer), context.Pages!, _rule)
        : Attention.Attend(tape, query, key, value, context.Starts, _rule);

    private Tensor Turned(Tape tape, Tensor heads, Parameter? headNorm, ForwardContext context)
    {
        if (headNorm is not null) heads = NormHeads(tape, heads, headNorm);
        return Rope.Apply(tape, heads, context.Rope, spec.Attention.HeadSize, _pairs);
    }

    /// <summary>The norm sees every head as a row of its own.</summary>
    private Tensor NormHeads(Tape tape, Tensor heads, Parameter headNorm)
    {
        using Tensor owned = heads;
        using Tensor rows = owned.Reshape(new Shape(owned.Count / spec.Attention.HeadSize, spec.Attention.HeadSize));
        using Tensor normed = RmsNorm.Norm(tape, rows, headNorm, spec.NormEpsilon);
        return normed.Reshape(owned.Shape);
    }
}
