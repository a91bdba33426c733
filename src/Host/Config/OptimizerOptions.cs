// Recipe keys about the optimizer, the learning rate's schedule and clipping.
namespace FastTune.Config;

/// <summary>How gradients become updates.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Optimizer by its transformers name.</summary>
    public string Optim { get; init; } = "adamw_torch_fused";

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>Schedule by its transformers name: linear, cosine, constant …</summary>
    public string LrSchedulerType { get; init; } = "linear";

    /// <summary>Settings of the schedule: values are bool, long, double, string, lists and maps of these.</summary>
    public IReadOnlyDictionary<string, object?> LrSchedulerKwargs { get; init; } = new Dictionary<string, object?>();

    /// <summary>Steps of linear warm-up; below 1 a share of all steps, rounded up. Derived: warmup_ratio, where given, replaces it.</summary>
    public double WarmupSteps { get; init; }

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>AdamW's β1.</summary>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>AdamW's β2.</summary>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>AdamW's ε.</summary>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Gradients are scaled down to this global L2 norm; 0: never.</summary>
    public double MaxGradNorm { get; init; } = 1.0;
}
