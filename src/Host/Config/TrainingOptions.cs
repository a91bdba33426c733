// Recipe keys about the run: steps, batches, seeds, logging, evaluation, checkpoints and the output folder.
namespace FastTune.Config;

/// <summary>How long a run is, what it reports and what it leaves behind.</summary>
public sealed record TrainingOptions
{
    /// <summary>Folder of everything that the run writes; null where nothing is trained.</summary>
    public string? OutputDir { get; init; }

    /// <summary>Start anew in a used folder instead of resuming its last checkpoint.</summary>
    public bool OverwriteOutputDir { get; init; }

    /// <summary>Train.</summary>
    public bool DoTrain { get; init; }

    /// <summary>Evaluate after training. Derived: also on when <see cref="EvalStrategy"/> is not no.</summary>
    public bool DoEval { get; init; }

    /// <summary>Rows of a training batch.</summary>
    public int PerDeviceTrainBatchSize { get; init; } = 8;

    /// <summary>Rows of an evaluation batch.</summary>
    public int PerDeviceEvalBatchSize { get; init; } = 8;

    /// <summary>Batches whose gradients make one step.</summary>
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>Passes over the data; may be a fraction.</summary>
    public double NumTrainEpochs { get; init; } = 3.0;

    /// <summary>Optimizer steps; above 0 it wins over the epochs.</summary>
    public int MaxSteps { get; init; } = -1;

    /// <summary>Seed of weights, dropout and, without <see cref="DataSeed"/>, of the order of rows.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Seed of the order of rows, or null.</summary>
    public int? DataSeed { get; init; }

    /// <summary>Take rows in the order of the data.</summary>
    public bool DisableShuffling { get; init; }

    /// <summary>How an epoch's rows are ordered: random, sequential or group_by_length.</summary>
    public string TrainSamplingStrategy { get; init; } = "random";

    /// <summary>Leave out a last batch that is not full.</summary>
    public bool DataloaderDropLast { get; init; }

    /// <summary>no, steps or epoch.</summary>
    public string LoggingStrategy { get; init; } = "steps";

    /// <summary>Steps between log lines; below 1 a share of the run.</summary>
    public double LoggingSteps { get; init; } = 500;

    /// <summary>Log the first step too.</summary>
    public bool LoggingFirstStep { get; init; }

    /// <summary>Count the tokens seen: no, all or non_padding.</summary>
    public string IncludeNumInputTokensSeen { get; init; } = "no";

    /// <summary>Draw loss curves into the output folder.</summary>
    public bool PlotLoss { get; init; }

    /// <summary>No redrawn progress line; null: only on a terminal.</summary>
    public bool? DisableTqdm { get; init; }

    /// <summary>Print the memory table at the end of the run (FastTune's own key, also --memory).</summary>
    public bool Memory { get; init; }

    /// <summary>Most memory that the process may take, like 6GB: layers keep as much for backward as fits (FastTune's own key).
    /// Null: disable_gradient_checkpointing decides.</summary>
    public string? MemoryLimit { get; init; }

    /// <summary>Inputs of recomputed layers wait in a file of the output folder (FastTune's own key).</summary>
    public bool OffloadActivations { get; init; }

    /// <summary>no, steps or epoch.</summary>
    public string EvalStrategy { get; init; } = "no";

    /// <summary>Steps between evaluations; below 1 a share of the run; null: <see cref="LoggingSteps"/>.</summary>
    public double? EvalSteps { get; init; }

    /// <summary>Steps or epochs before the first evaluation.</summary>
    public double EvalDelay { get; init; }

    /// <summary>Evaluate before the first step.</summary>
    public bool EvalOnStart { get; init; }

    /// <summary>Evaluations also count the share of labels that are the most likely token.</summary>
    public bool ComputeAccuracy { get; init; }

    /// <summary>no, steps, epoch or best.</summary>
    public string SaveStrategy { get; init; } = "steps";

    /// <summary>Steps between checkpoints; below 1 a share of the run.</summary>
    public double SaveSteps { get; init; } = 500;

    /// <summary>Checkpoints kept (the best one is never deleted), or null: all.</summary>
    public int? SaveTotalLimit { get; init; }

    /// <summary>Checkpoints hold the weights only: nothing to resume from.</summary>
    public bool SaveOnlyModel { get; init; }

    /// <summary>End with the weights of the best checkpoint.</summary>
    public bool LoadBestModelAtEnd { get; init; }

    /// <summary>The metric that says best; null: loss.</summary>
    public string? MetricForBestModel { get; init; }

    /// <summary>Its direction; null: true unless the metric is a loss.</summary>
    public bool? GreaterIsBetter { get; init; }

    /// <summary>Stop after so many evaluations without a better metric; null: never.</summary>
    public int? EarlyStoppingSteps { get; init; }

    /// <summary>Checkpoint folder to go on from. Derived: the last one of <see cref="OutputDir"/> unless overwritten.</summary>
    public string? ResumeFromCheckpoint { get; init; }
}
