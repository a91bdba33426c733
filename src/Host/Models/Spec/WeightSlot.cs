// The places a decoder has for weights, and for a given spec which of them exist, in which shape and order.
namespace FastTune.Models;

/// <summary>What a weight is for. Projections are [out, in]; norms and biases are vectors.</summary>
public enum WeightRole : byte
{
    Embedding,
    Query, QueryBias, Key, KeyBias, Value, ValueBias, Output, OutputBias,
    QueryNorm, KeyNorm,
    Gate, GateBias, Up, UpBias, Down, DownBias,
    AttentionNorm, MlpNorm,
    FinalNorm, Head,
}

/// <summary>A weight's place.</summary>
/// <param name="Layer">Layer from 0; -1 for what stands outside the layers.</param>
public readonly record struct WeightSlot(WeightRole Role, int Layer = -1)
{
    public override string ToString() => Layer < 0 ? Role.ToString() : $"{Role} of layer {Layer}";
}

/// <summary>A slot that a spec has, with the shape its weight must have.</summary>
public sealed record SlotShape(WeightSlot Slot, IReadOnlyList<long> Shape);

/// <summary>Lists a spec's slots.</summary>
public static class WeightSlots
{
    /// <summary>All slots in the order in which the reference library registers the parameters (fresh initialisation draws in it).
    /// A tied head is no slot of its own.</summary>
    public static IReadOnlyList<SlotShape> Of(DecoderSpec spec)
    {
        var slots = new List<SlotShape> { Slot(WeightRole.Embedding, -1, spec.VocabularySize, spec.HiddenSize) };
        for (int layer = 0; layer < spec.Layers.Count; layer++)
        {
            slots.AddRange(Attention(spec, layer));
            slots.AddRange(Mlp(spec, layer));
            slots.Add(Slot(WeightRole.AttentionNorm, layer, spec.HiddenSize));
            slots.Add(Slot(WeightRole.MlpNorm, layer, spec.HiddenSize));
        }
        slots.Add(Slot(WeightRole.FinalNorm, -1, spec.HiddenSize));
        if (!spec.TiedHead) slots.Add(Slot(WeightRole.Head, -1, spec.VocabularySize, spec.HiddenSize));
        return slots;
    }

    private static IEnumerable<SlotShape> Attention(DecoderSpec spec, int layer)
    {
        var attention = spec.Attention;
        int queries = attention.Heads * attention.HeadSize, keys = attention.KeyValueHeads * attention.HeadSize;
        var projections = Projection(WeightRole.Query, WeightRole.QueryBias, layer, queries, spec.HiddenSize, attention.InputBias)
            .Concat(Projection(WeightRole.Key, WeightRole.KeyBias, layer, keys, spec.HiddenSize, attention.InputBias))
            .Concat(Projection(WeightRole.Value, WeightRole.ValueBias, layer, keys, spec.HiddenSize, attention.InputBias))
            .Concat(Projection(WeightRole.Output, WeightRole.OutputBias, layer, spec.HiddenSize, queries, attention.OutputBias));
        return attention.QueryKeyNorm
            ? projections.Append(Slot(WeightRole.QueryNorm, layer, attention.HeadSize)).Append(Slot(WeightRole.KeyNorm, layer, attention.HeadSize))
            : projections;
    }

    private static IEnumerable<SlotShape> Mlp(DecoderSpec spec, int layer)
    {
        var mlp = spec.Mlp;
        return Projection(WeightRole.Gate, WeightRole.GateBias, layer, mlp.Intermediate, spec.HiddenSize, mlp.Bias)
            .Concat(Projection(WeightRole.Up, WeightRole.UpBias, layer, mlp.Intermediate, spec.HiddenSize, mlp.Bias))
            .Concat(Projection(WeightRole.Down, WeightRole.DownBias, layer, spec.HiddenSize, mlp.Intermediate, mlp.Bias));
    }

    private static IEnumerable<SlotShape> Projection(WeightRole weight, WeightRole bias, int layer, int rows, int columns, bool hasBias)
    {
        yield return Slot(weight, layer, rows, columns);
        if (hasBias) yield return Slot(bias, layer, rows);
    }

    private static SlotShape Slot(WeightRole role, int layer, params long[] shape) => new(new WeightSlot(role, layer), shape);
}
