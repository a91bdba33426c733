// The model on a device: embedding, layers, final norm, head. What runs forward in training, evaluation and generation.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.CrossEntropy;
using FastTune.Kernels.Ops.Embedding;
using FastTune.Kernels.Ops.GatherRows;
using FastTune.Kernels.Ops.LinearCrossEntropy;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

/// <summary>A loaded decoder. Every parameter carries its key of a Hugging Face checkpoint as its name.</summary>
public sealed partial class Decoder(DecoderSpec spec, IDevice device, DecoderWeights weights) : IDisposable
{
    private Parameter? _ownHead;

    public DecoderSpec Spec { get; private set; } = spec;

    public IDevice Device => device;

    /// <summary>Type of activations: F32 or BF16.</summary>
    public DType ComputeType => weights.ComputeType;

    public Parameter Embedding => weights.Embedding;
    public IReadOnlyList<DecoderLayer> Layers => weights.Layers;
    public LinearModule Head => weights.Head;

    /// <summary>Low-rank pairs on the embedding; A is [r, V].</summary>
    public List<ActiveAdapter> EmbeddingAdapters { get; } = [];

    /// <summary>What the layers keep for backward.</summary>
    public ActivationSchedule Schedule { get; set; } = ActivationSchedule.KeepAll;

    /// <summary>Module path of the embedding, as adapters name it.</summary>
    public string EmbeddingPath => Embedding.Name[..^".weight".Length];

    /// <summary>All linears, layers first, head last.</summary>
    public IEnumerable<LinearModule> Linears => Layers.SelectMany(layer => layer.Linears).Append(Head);

    /// <summary>All base parameters in the reference library's order; a tied head's is there once.</summary>
    public IReadOnlyList<Parameter> Parameters => _ownHead is null ? weights.Parameters : [.. weights.Parameters, _ownHead];

    /// <summary>Base parameters and values of stored matrices: the model's size.</summary>
    public long Size => Parameters.Sum(parameter => parameter.Shape.Count)
        + Linears.Where(linear => linear.Weight.Stored is not null).Sum(linear => linear.Weight.Rows * linear.Weight.Columns);

    /// <summary>Low-rank parameters and, where they train, base ones: what the optimizer gets.</summary>
    public IEnumerable<Parameter> TrainableParameters =>
        Parameters.Concat(Adapters.SelectMany(adapter => adapter.Pair.Parameters)).Where(parameter => parameter.Trainable);

    public IEnumerable<ActiveAdapter> Adapters => EmbeddingAdapters.Concat(Linears.SelectMany(linear => linear.Adapters));

    /// <summary>Tells the layers which of them train; call after changing what is trainable.</summary>
    public void RefreshTrainable()
    {
        foreach (DecoderLayer layer in Layers)
        {
            layer.Trains = layer.AttentionNorm.Trainable || layer.MlpNorm.Trainable
                || layer.Attention.Weights.QueryNorm is { Trainable: true } || layer.Attention.Weights.KeyNorm is { Trainable: true }
                || layer.Linears.Any(linear => linear.Weight.Dense is { Trainable: true } || linear.Bias is { Trainable: true }
                    || linear.Adapters.Any(adapter => adapter.Pair.Parameters.Any(parameter => parameter.Trainable)));
        }
    }

    /// <summary>Gives a tied head a matrix of its own, equal to the embedding: their copies are about to differ.</summary>
    public void Untie()
    {
        if (!Spec.TiedHead) return;
        Tensor copy = device.Empty(Embedding.Shape, Embedding.Value.Type, Kernels.Memory.Category.Weights);
        Kernels.Ops.Accumulate.Accumulate.Copy(device, Embedding.Value, copy);
        _ownHead = new Parameter("lm_head.weight", copy, trainable: false);
        Head.Weight = new Kernels.Weights.Weight(_ownHead);
        Spec = Spec with { TiedHead = false };
    }

    /// <summary>Number of rows of the embedding after a resize.</summary>
    public void SetVocabulary(int size) => Spec = Spec with { VocabularySize = size };

    /// <summary>The stream [T,h] that enters the first layer.</summary>
    public Tensor Embed(Tape tape, in Tensor ids, ForwardContext context)
    {
        Tensor x = Kernels.Ops.Embedding.Embedding.Lookup(tape, ids, Embedding, ComputeType, Spec.EmbeddingScale);
        if (!context.AdaptersOn) return x;
        foreach (ActiveAdapter adapter in EmbeddingAdapters)
            x = Kernels.Ops.EmbeddingDelta.EmbeddingDelta.Add(tape, x, ids, adapter.Pair);
        return x;
    }

    /// <summary>Final hidden states [T,h], after the last norm. <paramref name="observe"/> sees the stream before layer 0 and after each.</summary>
    public Tensor Hidden(Tape tape, in Tensor ids, ForwardContext context, Action<int, Tensor>? observe = null)
    {
        Tensor x = Embed(tape, ids, context);
        observe?.Invoke(0, x);
        for (int i = 0; i < Layers.Count; i++)
        {
            using Tensor input = x;
            DecoderLayer layer = Layers[i].In(context, Schedule.KeepsInner(i));
            x = Schedule.Recomputes(i) && tape.Recording ? Kernels.Autograd.Checkpoint.Run(tape, layer, input) : layer.Forward(tape, input);
            observe?.Invoke(i + 1, x);
        }
        context.Cache?.Advance((int)ids.Count);
        using (x) return RmsNorm.Norm(tape, x, weights.FinalNorm, Spec.NormEpsilon);
    }

    /// <summary>Logits fp32 [n,V] of hidden rows [n,h].</summary>
    public Tensor Logits(Tape tape, in Tensor hidden, ForwardContext context) => Head.Forward(tape, hidden, context, DType.F32);

    /// <summary>The loss over labelled rows: <paramref name="weight"/> times the sum of their cross entropies.</summary>
    /// <param name="rows">I32 [n] rows of the batch that predict a label, ascending.</param>
    /// <param name="labels">I32 [n] the labels.</param>
    public Tensor Loss(Tape tape, in Tensor ids, in Tensor rows, in Tensor labels, float weight, ForwardContext context)
    {
        using Tensor hidden = Hidden(tape, ids, context);
        using Tensor labelled = GatherRows.Apply(tape, hidden, rows);
        if (Head.Adapters.Count == 0 || !context.AdaptersOn)
            return LinearCrossEntropy.Loss(tape, labelled, Head.Weight, labels, weight, Schedule.LossBytes);
        return CrossEntropy.Loss(tape, Logits(tape, labelled, context), labels, weight);
    }

    public void Dispose()
    {
        foreach (Parameter parameter in Parameters) parameter.Dispose();
        foreach (LinearModule linear in Linears) linear.Weight.Stored?.Dispose();
        foreach (ActiveAdapter adapter in Adapters)
        {
            foreach (Parameter parameter in adapter.Pair.Parameters) parameter.Dispose();
        }
    }
}

/// <summary>The parts that a loader has put together.</summary>
/// <param name="Parameters">Every base parameter once, in the reference library's order.</param>
public sealed record DecoderWeights(
    DType ComputeType, Parameter Embedding, IReadOnlyList<DecoderLayer> Layers, Parameter FinalNorm, LinearModule Head,
    IReadOnlyList<Parameter> Parameters);
