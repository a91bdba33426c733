// One row as the model sees it: token ids and labels, before padding.
namespace FastTune.Data;

/// <summary>A tokenised row. Ids and labels are unshifted and equally long (prompt rows apart); a label of −100 is not trained.</summary>
public sealed record Sample
{
    /// <summary>Label value that takes no part in the loss.</summary>
    public const int Ignored = -100;

    /// <summary>Token ids; pairs: prompt and chosen answer; prompt rows (ppo, predict): the prompt alone.</summary>
    public required int[] InputIds { get; init; }

    /// <summary>Labels of <see cref="InputIds"/>; pretraining: the ids; prompt rows: the answer, of its own length.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Packed rows: positions counted from 0 in each sample, 0 on padding. Null: 0, 1, 2 …</summary>
    public int[]? PositionIds { get; init; }

    /// <summary>Packed rows: which sequence a token belongs to (neat packing: 1, 2, 3 … and 0 for padding; plain packing: 1 everywhere,
    /// padding included). Null: one sequence.</summary>
    public int[]? SequenceIds { get; init; }

    /// <summary>Pairs: prompt and rejected answer. KTO: the prompt with another row's answer, for the KL estimate.</summary>
    public int[]? OtherIds { get; init; }

    /// <summary>Labels of <see cref="OtherIds"/>.</summary>
    public int[]? OtherLabels { get; init; }

    /// <summary>KTO: the answer is a desired one.</summary>
    public bool Desired { get; init; }

    /// <summary>The source rows it was made of: one, or as many as were packed.</summary>
    public IReadOnlyList<RowOrigin> Origins { get; init; } = [];

    /// <summary>True when a label is predicted from a token before it.</summary>
    public bool Trains => Labels.AsSpan(Math.Min(1, Labels.Length)).ContainsAnyExcept(Ignored);
}
