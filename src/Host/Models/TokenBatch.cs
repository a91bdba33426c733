// A batch as the model takes it: the tokens that matter, flattened, with positions, sequence starts and labelled rows.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Ops.PagedAttention;
using FastTune.Kernels.Ops.Rope;
using FastTune.Kernels.Tensors;

namespace FastTune.Models;

/// <summary>Host side: T tokens of all sequences one after another.</summary>
/// <param name="Ids">[T]</param>
/// <param name="Positions">[T] rotation positions.</param>
/// <param name="Starts">[sequences + 1] offsets; attention stays inside a sequence.</param>
/// <param name="LabelRows">[n] tokens that predict a label, ascending.</param>
/// <param name="Labels">[n]</param>
/// <param name="RopeLength">Longest position + 1 that the frequencies are asked for.</param>
public sealed record TokenBatch(int[] Ids, int[] Positions, int[] Starts, int[] LabelRows, int[] Labels, int RopeLength)
{
    /// <summary>One sequence without labels, positions from <paramref name="start"/>.</summary>
    public static TokenBatch Sequence(ReadOnlySpan<int> ids, int start = 0) =>
        new(ids.ToArray(), [.. Enumerable.Range(start, ids.Length)], [0, ids.Length], [], [], start + ids.Length);
}

/// <summary>The batch's tensors on a device; dispose it after backward.</summary>
public sealed class DeviceBatch : IDisposable
{
    private Tensor _ids, _rows, _labels;

    /// <exception cref="UserError">A token id is outside the model's vocabulary.</exception>
    public DeviceBatch(Decoder model, TokenBatch batch, KeyValueCache? cache = null)
    {
        CheckIds(batch.Ids, model.Spec.VocabularySize);
        CheckIds(batch.Labels, model.Spec.VocabularySize);
        IDevice device = model.Device;
        _ids = device.From(batch.Ids, Category.Activations);
        _rows = device.From(batch.LabelRows, Category.Activations);
        _labels = device.From(batch.Labels, Category.Activations);
        Rope = BuildRope(device, model.Spec.Rope, batch);
        Starts = SequenceStarts.Of(device, batch.Starts);
        Pages = cache?.Map(batch.Ids.Length);
    }

    public ref readonly Tensor Ids => ref _ids;
    public ref readonly Tensor LabelRows => ref _rows;
    public ref readonly Tensor Labels => ref _labels;
    public RopeTable Rope { get; }
    public SequenceStarts Starts { get; }

    /// <summary>Where keys and values of the cache lie, the batch's own included; null without a cache.</summary>
    public PageMap? Pages { get; }

    private static RopeTable BuildRope(IDevice device, RopeSpec rope, TokenBatch batch)
    {
        RopeFrequencies frequencies = rope.Frequencies(batch.RopeLength);
        int half = frequencies.Inverse.Length;
        float[] cos = new float[batch.Positions.Length * half], sin = new float[cos.Length];
        for (int i = 0; i < cos.Length; i++)
        {
            float angle = batch.Positions[i / half] * frequencies.Inverse[i % half];
            cos[i] = MathF.Cos(angle) * frequencies.AttentionFactor;
            sin[i] = MathF.Sin(angle) * frequencies.AttentionFactor;
        }
        var shape = new Shape(batch.Positions.Length, half);
        return new RopeTable(device.From(cos, shape, Category.Activations), device.From(sin, shape, Category.Activations));
    }

    private static void CheckIds(int[] ids, int vocabulary)
    {
        foreach (int id in ids)
            if ((uint)id >= (uint)vocabulary)
                throw new UserError($"token id {id} is outside the model's vocabulary of {vocabulary}: model and tokenizer do not belong together, or set resize_vocab: true");
    }

    public void Dispose()
    {
        _ids.Dispose();
        _rows.Dispose();
        _labels.Dispose();
        Rope.Dispose();
        Starts.Dispose();
        Pages?.Dispose();
    }
}
