// A whole configuration: read once, checked once, never changed.
namespace FastTune.Config;

/// <summary>What the recipe is for: it decides which keys are known and which rules hold.</summary>
public enum Purpose : byte { Train, Infer, Export, Evaluate }

/// <summary>A validated configuration. Values are final: derived settings are filled in (cutoff, packing, alpha, resume …).</summary>
public sealed record Recipe
{
    /// <summary>The file it was read from, or null when all came from the command line.</summary>
    public string? Source { get; init; }

    public Purpose Purpose { get; init; } = Purpose.Train;
    public ModelOptions Model { get; init; } = new();
    public DataOptions Data { get; init; } = new();
    public MethodOptions Method { get; init; } = new();
    public OptimizerOptions Optimizer { get; init; } = new();
    public TrainingOptions Training { get; init; } = new();
    public PrecisionOptions Precision { get; init; } = new();
    public GenerationOptions Generation { get; init; } = new();
    public ExportOptions Export { get; init; } = new();

    /// <summary>The keys as given, file and overrides joined, before anything was derived, tokens of hubs left out: what a run keeps beside its results.</summary>
    public IReadOnlyDictionary<string, object?> Given { get; init; } = new Dictionary<string, object?>();

    /// <summary>One line for each key that needs no work here, and warnings; for the caller to log once.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
