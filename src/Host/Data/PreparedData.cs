// What data preparation hands to training: samples, collators, counts and warnings.
namespace FastTune.Data;

/// <summary>A set of rows to evaluate on.</summary>
/// <param name="Name">The dataset's name with eval_on_each_dataset, else null.</param>
public sealed record EvalSet(string? Name, IReadOnlyList<Sample> Rows);

/// <summary>Tokenised data of a run.</summary>
public sealed record PreparedData
{
    /// <summary>Rows to train on, in file order (or permuted by a split); empty when nothing is trained, or when streaming.</summary>
    public IReadOnlyList<Sample> TrainRows { get; init; } = [];

    /// <summary>Streaming: the training rows of an epoch (from 0), already shuffled, read while they are used; else null.</summary>
    public Func<int, IEnumerable<Sample>>? TrainStream { get; init; }

    public IReadOnlyList<EvalSet> EvalSets { get; init; } = [];

    /// <summary>Rows of the first evaluation set; empty when there is none.</summary>
    public IReadOnlyList<Sample> EvalRows => EvalSets.Count > 0 ? EvalSets[0].Rows : [];

    /// <summary>Makes training batches.</summary>
    public required Collator TrainCollator { get; init; }

    /// <summary>Makes evaluation and prediction batches.</summary>
    public required Collator EvalCollator { get; init; }

    /// <summary>Counts by dataset, training datasets first; while streaming they grow.</summary>
    public IReadOnlyList<DatasetReport> Reports { get; init; } = [];

    /// <summary>Lines to show the user, capped for each dataset and kind.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
