// The evaluation loss: batches in order, each normalised by its own labels, then their plain mean.
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Train;

public static class Evaluation
{
    /// <summary>Mean over batches of their mean losses: a short last batch counts as much as a full one (as the reference does).</summary>
    public static double Loss(Decoder model, IReadOnlyList<Sample> rows, Collator collator, int batchSize)
    {
        var tape = new Tape(model.Device) { Recording = false };
        var losses = new List<double>();
        foreach (Sample[] samples in rows.Chunk(batchSize)) losses.Add(BatchLoss(model, tape, collator.Collate(samples)));
        return losses.Count == 0 ? double.NaN : losses.Average();
    }

    private static double BatchLoss(Decoder model, Tape tape, Batch batch)
    {
        TokenBatch tokens = BatchTokens.Of(batch);
        if (tokens.Labels.Length == 0) return 0;
        using var onDevice = new DeviceBatch(model, tokens);
        var context = new ForwardContext { Starts = onDevice.Starts, Rope = onDevice.Rope };
        using Tensor loss = model.Loss(tape, onDevice.Ids, onDevice.LabelRows, onDevice.Labels, 1f / tokens.Labels.Length, context);
        return model.Device.ReadScalar(loss);
    }
}
