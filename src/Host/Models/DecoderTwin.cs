// The same model on another device without its numbers: what a plan runs.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Weights;

namespace FastTune.Models;

public sealed partial class Decoder
{
    /// <summary>A decoder of the same shapes, types, pairs and trainable parameters on <paramref name="target"/>; contents undefined.
    /// Compressed matrices are shared: they are frozen, and lie in host memory.</summary>
    public Decoder TwinOn(IDevice target) => new DecoderTwin(this, target).Make(weights);

    private sealed class DecoderTwin(Decoder original, IDevice target)
    {
        private readonly Dictionary<Parameter, Parameter> _twins = [];

        public Decoder Make(DecoderWeights weights)
        {
            DecoderSpec spec = original.Spec;
            Parameter[] parameters = [.. original.Parameters.Select(parameter => Of(parameter, Category.Weights)!)];
            DecoderLayer[] layers = [.. original.Layers.Select((layer, i) => Layer(spec, i, layer))];
            var twin = new Decoder(spec, target, new DecoderWeights(
                original.ComputeType, Of(original.Embedding, Category.Weights)!, layers, Of(weights.FinalNorm, Category.Weights)!,
                Linear(original.Head), parameters));
            twin.EmbeddingAdapters.AddRange(original.EmbeddingAdapters.Select(Adapter));
            twin.RefreshTrainable();
            return twin;
        }

        private DecoderLayer Layer(DecoderSpec spec, int index, DecoderLayer layer)
        {
            AttentionWeights attention = layer.Attention.Weights;
            Parameter attentionNorm = Of(layer.AttentionNorm, Category.Weights)!, mlpNorm = Of(layer.MlpNorm, Category.Weights)!;
            var weights = new AttentionWeights(
                Linear(attention.Query), Linear(attention.Key), Linear(attention.Value), Linear(attention.Output),
                Of(attention.QueryNorm, Category.Weights), Of(attention.KeyNorm, Category.Weights));
            return new DecoderLayer(
                new AttentionBlock(spec, index, weights, new NormRule(attentionNorm, spec.NormEpsilon)),
                new MlpBlock(spec, Linear(layer.Mlp.Gate), Linear(layer.Mlp.Up), Linear(layer.Mlp.Down), new NormRule(mlpNorm, spec.NormEpsilon)),
                attentionNorm, mlpNorm);
        }

        private LinearModule Linear(LinearModule linear)
        {
            Weight weight = linear.Weight.Dense is { } dense ? new Weight(Of(dense, Category.Weights)!) : linear.Weight;
            var twin = new LinearModule(linear.Path, weight, Of(linear.Bias, Category.Weights));
            twin.Adapters.AddRange(linear.Adapters.Select(Adapter));
            return twin;
        }

        private ActiveAdapter Adapter(ActiveAdapter adapter) => adapter with
        {
            Pair = new LoraPair(
                Of(adapter.Pair.A, Category.Adapters)!, Of(adapter.Pair.B, Category.Adapters)!, adapter.Pair.Scale, Of(adapter.Pair.Bias, Category.Adapters)),
        };

        private Parameter? Of(Parameter? parameter, Category category)
        {
            if (parameter is null) return null;
            if (_twins.TryGetValue(parameter, out Parameter? known)) return known;
            var twin = new Parameter(parameter.Name, target.Empty(parameter.Shape, parameter.Value.Type, category), parameter.Trainable);
            return _twins[parameter] = twin;
        }
    }
}
