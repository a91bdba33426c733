// A linear of the model: its weight, perhaps a bias, and the adapters that are active on it.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Dropout;
using FastTune.Kernels.Ops.Linear;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Models;

/// <summary>A low-rank pair on one linear.</summary>
/// <param name="Dropout">Share of the input that its A does not see in training.</param>
/// <param name="Site">Number of this pair's dropout mask: no two pairs of a model share one.</param>
public sealed record ActiveAdapter(LoraPair Pair, float Dropout, uint Site);

/// <summary>y = x W^T + b, plus the deltas of its adapters.</summary>
public sealed class LinearModule(string path, Weight weight, Parameter? bias) : ILoraLinear
{
    /// <summary>Path as in checkpoints, without `.weight`: `model.layers.0.self_attn.q_proj`.</summary>
    public string Path { get; } = path;

    public Weight Weight { get; set; } = weight;

    public Parameter? Bias { get; } = bias;

    /// <summary>Adapters whose deltas add up, in order.</summary>
    public List<ActiveAdapter> Adapters { get; } = [];

    int ILoraLinear.PairCount => Adapters.Count;

    LoraPair ILoraLinear.Pair(int index) => Adapters[index].Pair;

    (float Probability, uint Site) ILoraLinear.Dropout(int index) => (Adapters[index].Dropout, Adapters[index].Site);

    /// <summary>[T, out] of x [T, in].</summary>
    public Tensor Forward(Tape tape, in Tensor x, ForwardContext context, DType? outputType = null)
    {
        Tensor y = Linear.Apply(tape, x, Weight, Bias, outputType);
        if (!context.AdaptersOn) return y;
        foreach (ActiveAdapter adapter in Adapters)
            y = LoraDelta.Add(tape, y, x, adapter.Pair, new DropoutKey(context.Training ? adapter.Dropout : 0, context.DropoutSeed, adapter.Site));
        return y;
    }
}
