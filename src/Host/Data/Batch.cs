// A padded micro-batch: what the engine is given. Sequence boundaries are explicit and never inferred from position ids.
namespace FastTune.Data;

/// <summary>A micro-batch of <see cref="Rows"/> rows, all arrays row-major. Labels are unshifted: the label at place t is predicted by the
/// token at t − 1 of the same row.</summary>
public sealed record Batch
{
    public required int Rows { get; init; }

    /// <summary>Padded width: Rows × Width is the number of tokens that padding included go through the model.</summary>
    public required int Width { get; init; }

    /// <summary>[Rows, Width] token ids.</summary>
    public required int[] InputIds { get; init; }

    /// <summary>[Rows, <see cref="LabelWidth"/>] token ids to be predicted; −100: none.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Width of <see cref="Labels"/>: Width, except for prompt rows (ppo, predict), whose labels are the answers.</summary>
    public required int LabelWidth { get; init; }

    /// <summary>[Rows, Width] positions for the rotary embedding; 0 on padding of packed and of left-padded rows.</summary>
    public required int[] PositionIds { get; init; }

    /// <summary>[Rows, Width] sequence numbers: 0 is padding, which is not attended; otherwise token i attends token j of its row
    /// when j ≤ i and both numbers are equal. Ordinary rows hold 1; plain packing holds 1 everywhere, its padding included.</summary>
    public required int[] SequenceIds { get; init; }

    /// <summary>Source rows of each row, for messages.</summary>
    public required IReadOnlyList<IReadOnlyList<RowOrigin>> Origins { get; init; }

    /// <summary>Pairs: rows 0 … Rows/2 − 1 are the chosen answers, the rest the rejected ones in the same order.</summary>
    public bool Pairs { get; init; }

    /// <summary>KTO: per row, whether the answer is a desired one; else null.</summary>
    public bool[]? Desired { get; init; }

    /// <summary>KTO: the same prompts with other rows' answers, padded by themselves; else null.</summary>
    public Batch? Kl { get; init; }

    /// <summary>Number of labels that are not −100, column 0 included (the divisor of the loss, as the reference counts).</summary>
    public int LabelCount => Labels.Length - Labels.AsSpan().Count(Sample.Ignored);

    /// <summary>True when token <paramref name="query"/> of a row may attend token <paramref name="key"/> of it.</summary>
    public bool MayAttend(int row, int query, int key) =>
        key <= query && SequenceIds[row * Width + key] != 0 && SequenceIds[row * Width + query] == SequenceIds[row * Width + key];

    /// <summary>The batch without the last columns that are padding in every row; sums over tokens do not change.</summary>
    public Batch TrimPadding()
    {
        int width = Width;
        while (width > 1 && ColumnIsPadding(width - 1)) width--;
        if (width == Width || LabelWidth != Width) return this;
        return this with
        {
            Width = width,
            LabelWidth = width,
            InputIds = Narrow(InputIds, width),
            Labels = Narrow(Labels, width),
            PositionIds = Narrow(PositionIds, width),
            SequenceIds = Narrow(SequenceIds, width),
        };
    }

    private bool ColumnIsPadding(int column)
    {
        for (int row = 0; row < Rows; row++)
            if (SequenceIds[row * Width + column] != 0) return false;
        return true;
    }

    private int[] Narrow(int[] values, int width)
    {
        var result = new int[Rows * width];
        for (int row = 0; row < Rows; row++) values.AsSpan(row * Width, width).CopyTo(result.AsSpan(row * width));
        return result;
    }
}
