// The evaluation of a set of rows: its loss, and on request the share of labels that are the model's first choice.
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.GatherRows;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Train;

/// <param name="Loss">Mean over batches of their mean losses: a short last batch counts as much as a full one (as the reference does).</param>
/// <param name="Accuracy">Mean over rows of the share of labels that have the largest logit; null when not asked for.</param>
public readonly record struct EvaluationResult(double Loss, double? Accuracy);

public static class Evaluation
{
    /// <summary>Rows whose logits are looked at together.</summary>
    private const int LogitRows = 128;

    /// <summary>Evaluates in order, batch by batch, each batch normalised by its own labels.</summary>
    public static EvaluationResult Run(Decoder model, IReadOnlyList<Sample> rows, Collator collator, int batchSize, bool accuracy)
    {
        var tape = new Tape(model.Device) { Recording = false };
        var losses = new List<double>();
        var shares = new List<double>();
        foreach (Sample[] samples in rows.Chunk(batchSize))
        {
            Batch batch = collator.Collate(samples);
            losses.Add(BatchLoss(model, tape, batch));
            if (accuracy) shares.AddRange(RowShares(model, tape, batch));
        }
        return new EvaluationResult(losses.Count == 0 ? double.NaN : losses.Average(), shares.Count == 0 ? null : shares.Average());
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

    private static IEnumerable<double> RowShares(Decoder model, Tape tape, Batch batch)
    {
        for (int row = 0; row < batch.Rows; row++)
        {
            Batch one = RowOf(batch, row);
            TokenBatch tokens = BatchTokens.Of(one);
            if (tokens.Labels.Length > 0) yield return (double)Hits(model, tape, tokens) / tokens.Labels.Length;
        }
    }

    private static Batch RowOf(Batch batch, int row)
    {
        int[] Slice(int[] values, int width) => values.AsSpan(row * width, width).ToArray();
        return batch with
        {
            Rows = 1,
            InputIds = Slice(batch.InputIds, batch.Width),
            Labels = Slice(batch.Labels, batch.LabelWidth),
            PositionIds = Slice(batch.PositionIds, batch.Width),
            SequenceIds = Slice(batch.SequenceIds, batch.Width),
        };
    }

    private static int Hits(Decoder model, Tape tape, TokenBatch tokens)
    {
        using var onDevice = new DeviceBatch(model, tokens);
        var context = new ForwardContext { Starts = onDevice.Starts, Rope = onDevice.Rope };
        using Tensor hidden = model.Hidden(tape, onDevice.Ids, context);
        using Tensor labelled = GatherRows.Apply(tape, hidden, onDevice.LabelRows);
        int hits = 0;
        for (int start = 0; start < tokens.Labels.Length; start += LogitRows)
        {
            int count = Math.Min(LogitRows, tokens.Labels.Length - start);
            using Tensor part = labelled.RowRange(start, count);
            using Tensor logits = model.Logits(tape, part, context);
            float[] values = model.Device.ToArray<float>(logits);
            int vocabulary = values.Length / count;
            for (int i = 0; i < count; i++)
                if (FirstChoice.Of(values.AsSpan(i * vocabulary, vocabulary)) == tokens.Labels[start + i]) hits++;
        }
        return hits;
    }
}
