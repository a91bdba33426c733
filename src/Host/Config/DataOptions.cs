// Recipe keys about datasets, templates and how rows become token ids.
namespace FastTune.Config;

/// <summary>What is read, how it is rendered and how rows are cut, masked and packed.</summary>
public sealed record DataOptions
{
    /// <summary>Template name, or null: guessed from the model.</summary>
    public string? Template { get; init; }

    /// <summary>Names of training datasets in <c>dataset_info.json</c>, in order.</summary>
    public IReadOnlyList<string> Dataset { get; init; } = [];

    /// <summary>Names of evaluation datasets.</summary>
    public IReadOnlyList<string> EvalDataset { get; init; } = [];

    /// <summary>Folder with <c>dataset_info.json</c>.</summary>
    public string DatasetDir { get; init; } = "data";

    /// <summary>Local files of the datasets that a hub gave, by the dataset's name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> HubFiles { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Longest row in tokens, as the row builders use it: already one lower when packing was asked for explicitly.</summary>
    public int CutoffLen { get; init; } = 2048;

    /// <summary>Train on the prompt's tokens too.</summary>
    public bool TrainOnPrompt { get; init; }

    /// <summary>Train on the last answer only.</summary>
    public bool MaskHistory { get; init; }

    /// <summary>Read rows while training instead of preparing them all.</summary>
    public bool Streaming { get; init; }

    /// <summary>Rows of the shuffle buffer of a stream.</summary>
    public int BufferSize { get; init; } = 16384;

    /// <summary>How datasets are joined: concat, interleave_under, interleave_over, interleave_once.</summary>
    public string MixStrategy { get; init; } = "concat";

    /// <summary>Share of each dataset when interleaving; empty: round robin.</summary>
    public IReadOnlyList<double> InterleaveProbs { get; init; } = [];

    /// <summary>Rows handed to one preprocessing call; packing never crosses this border.</summary>
    public int PreprocessingBatchSize { get; init; } = 1000;

    /// <summary>Threads that prepare rows, or null: as many as the machine has cores.</summary>
    public int? PreprocessingNumWorkers { get; init; }

    /// <summary>The first so many rows of each dataset, or null: all.</summary>
    public int? MaxSamples { get; init; }

    /// <summary>Pad labels with −100; false: with the pad token, which then counts in the loss.</summary>
    public bool IgnorePadTokenForLoss { get; init; } = true;

    /// <summary>Rows split off for evaluation: above 1 a count, else a share.</summary>
    public double ValSize { get; init; }

    /// <summary>Evaluate every evaluation dataset by itself.</summary>
    public bool EvalOnEachDataset { get; init; }

    /// <summary>Several samples share a row. Derived when unset: true for stage pt, and with <see cref="NeatPacking"/>.</summary>
    public bool Packing { get; init; }

    /// <summary>Packing in which samples do not attend to each other.</summary>
    public bool NeatPacking { get; init; }

    /// <summary>Replaces the template's tool format, or null.</summary>
    public string? ToolFormat { get; init; }

    /// <summary>Replaces the template's default system text, or null.</summary>
    public string? DefaultSystem { get; init; }

    /// <summary>Reasoning templates: true trains on thoughts, false removes them, null keeps them as they are.</summary>
    public bool? EnableThinking { get; init; } = true;

    /// <summary>Keep the thoughts of earlier turns.</summary>
    public bool PreserveThinking { get; init; }

    /// <summary>Folder of tokenised data: loaded where it exists, else written; null: none.</summary>
    public string? TokenizedPath { get; init; }

    /// <summary>A row without a trained token stops the run instead of being counted (FastTune's own key).</summary>
    public bool StrictLabels { get; init; }
}
