// From samples to a padded batch, one way for each kind of row.
namespace FastTune.Data;

/// <summary>Which rows a stage makes and so how they are padded.</summary>
public enum RowKind : byte { Supervised, Pretrain, Pairs, Feedback, Prompts }

/// <summary>Pads samples into batches (golden/data/README.md, "Batches").</summary>
/// <param name="Kind">Kind of the samples.</param>
/// <param name="PadId">Padding token.</param>
/// <param name="EosId">End token; in pretraining a pad token that is also the end token stays a label where it is text.</param>
/// <param name="LabelPad">Label of padding: −100, or the pad id, which then counts in the loss.</param>
/// <param name="Multiple">Widths are rounded up to a multiple of this: 8 in training on sft, pairs and kto, else 1.</param>
public sealed record Collator(RowKind Kind, int PadId, int EosId, int LabelPad = Sample.Ignored, int Multiple = 1)
{
    /// <summary>The batch of these samples, in their order (pairs: all chosen rows, then all rejected ones).</summary>
    public Batch Collate(IReadOnlyList<Sample> samples)
    {
        var origins = samples.Select(sample => sample.Origins).ToList();
        switch (Kind)
        {
            case RowKind.Pairs:
                var rejected = samples.Select(Other);
                return Pad([.. samples, .. rejected], [.. origins, .. origins]) with { Pairs = true };
            case RowKind.Feedback:
                var kl = Pad(samples.Select(Other).ToList(), origins);
                return Pad(samples, origins) with { Kl = kl, Desired = samples.Select(sample => sample.Desired).ToArray() };
            case RowKind.Prompts:
                return PadLeft(samples, origins);
            default:
                return Pad(samples, origins);
        }
    }

    private static Sample Other(Sample sample) =>
        sample with { InputIds = sample.OtherIds!, Labels = sample.OtherLabels!, OtherIds = null, OtherLabels = null };

    private Batch Pad(IReadOnlyList<Sample> samples, IReadOnlyList<IReadOnlyList<RowOrigin>> origins)
    {
        int width = RoundUp(samples.Max(sample => sample.InputIds.Length));
        var batch = Blank(samples.Count, width, width, origins);
        for (int row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            int length = sample.InputIds.Length, start = row * width;
            sample.InputIds.CopyTo(batch.InputIds, start);
            sample.Labels.CopyTo(batch.Labels, start);
            Fill(batch.PositionIds.AsSpan(start, length), sample.PositionIds);
            if (sample.SequenceIds is null) batch.SequenceIds.AsSpan(start, length).Fill(1);
            else sample.SequenceIds.CopyTo(batch.SequenceIds, start);
            if (Kind == RowKind.Pretrain && PadId != EosId) batch.Labels.AsSpan(start, length).Replace(PadId, Sample.Ignored);
        }
        return batch;
    }

    private Batch PadLeft(IReadOnlyList<Sample> samples, IReadOnlyList<IReadOnlyList<RowOrigin>> origins)
    {
        int width = RoundUp(samples.Max(sample => sample.InputIds.Length));
        int labelWidth = samples.Max(sample => sample.Labels.Length);
        var batch = Blank(samples.Count, width, labelWidth, origins);
        for (int row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            int length = sample.InputIds.Length, start = (row + 1) * width - length;
            sample.InputIds.CopyTo(batch.InputIds, start);
            sample.Labels.CopyTo(batch.Labels, (row + 1) * labelWidth - sample.Labels.Length);
            Fill(batch.PositionIds.AsSpan(start, length), null);
            batch.SequenceIds.AsSpan(start, length).Fill(1);
        }
        return batch;
    }

    private Batch Blank(int rows, int width, int labelWidth, IReadOnlyList<IReadOnlyList<RowOrigin>> origins)
    {
        var batch = new Batch
        {
            Rows = rows,
            Width = width,
            LabelWidth = labelWidth,
            InputIds = new int[rows * width],
            Labels = new int[rows * labelWidth],
            PositionIds = new int[rows * width],
            SequenceIds = new int[rows * width],
            Origins = origins,
        };
        batch.InputIds.AsSpan().Fill(PadId);
        batch.Labels.AsSpan().Fill(Kind == RowKind.Pretrain ? Sample.Ignored : LabelPad);
        return batch;
    }

    private int RoundUp(int width) => (width + Multiple - 1) / Multiple * Multiple;

    private static void Fill(Span<int> positions, int[]? given)
    {
        if (given is not null) given.CopyTo(positions);
        else
            for (int i = 0; i < positions.Length; i++) positions[i] = i;
    }
}
