// Grouped-query attention of a layer: projections, head norms, rotation, attention, output projection.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Ops.Rope;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

/// <summary>The weights of a layer's attention; head norms are null where the model has none.</summary>
public sealed record AttentionWeights(
    LinearModule Query, LinearModule Key, LinearModule Value, LinearModule Output, Parameter? QueryNorm, Parameter? KeyNorm);

public sealed class AttentionBlock(DecoderSpec spec, int layer, AttentionWeights weights)
{
    private readonly AttentionRule _rule = new(
        spec.Attention.Heads, spec.Attention.KeyValueHeads, spec.Attention.HeadSize,
        spec.AttentionScale ?? 1f / MathF.Sqrt(spec.Attention.HeadSize), Window: spec.Layers[layer].Window ?? 0);

    private readonly RopePairs _pairs = spec.Rope.Interleaved ? RopePairs.Interleaved : RopePairs.Halves;

    public AttentionWeights Weights { get; } = weights;

    /// <summary>The branch's output [T,h] for the normalised stream [T,h].</summary>
    public Tensor Forward(Tape tape, in Tensor x, ForwardContext context)
    {
        using Tensor query = Turned(tape, x, Weights.Query, Weights.QueryNorm, context);
        using Tensor key = Turned(tape, x, Weights.Key, Weights.KeyNorm, context);
        using Tensor value = Weights.Value.Forward(tape, x, context);
        using Tensor mixed = Attend(tape, query, key, value, context);
        return Weights.Output.Forward(tape, mixed, context);
    }

    private Tensor Attend(Tape tape, in Tensor query, in Tensor key, in Tensor value, ForwardContext context)
    {
        if (context.Cache is not { } cache) return Attention.Attend(tape, query, key, value, context.Starts, _rule);
        (Tensor keys, Tensor values) = cache.Append(layer, key, value);
        using (keys)
        using (values)
            return Attention.Attend(tape, query, keys, values, context.Starts, _rule);
    }

    private Tensor Turned(Tape tape, in Tensor x, LinearModule projection, Parameter? norm, ForwardContext context)
    {
        Tensor heads = projection.Forward(tape, x, context);
        if (norm is not null) heads = NormHeads(tape, heads, norm);
        return Rope.Apply(tape, heads, context.Rope, spec.Attention.HeadSize, _pairs);
    }

    /// <summary>The norm sees every head as a row of its own.</summary>
    private Tensor NormHeads(Tape tape, Tensor heads, Parameter norm)
    {
        using Tensor owned = heads;
        using Tensor rows = owned.Reshape(new Shape(owned.Count / spec.Attention.HeadSize, spec.Attention.HeadSize));
        using Tensor normed = RmsNorm.Norm(tape, rows, norm, spec.NormEpsilon);
        return normed.Reshape(owned.Shape);
    }
}
