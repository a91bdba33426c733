// The tolerances of golden/training/README.md for a run, by what its recipe asks for.
using FastTune.Config;

namespace FastTune.Parity;

/// <param name="Loss">Relative.</param>
/// <param name="GradNorm">Relative.</param>
/// <param name="Weights">Absolute.</param>
internal readonly record struct RunsTolerance(double Loss, double GradNorm, double Weights)
{
    private const double DivergingRate = 0.03;

    /// <summary>Gradient tensors: a share of the tensor's largest value.</summary>
    public double Gradients => Math.Max(1e-4, GradNorm / 10);

    public static RunsTolerance Of(Recipe recipe)
    {
        var plain = new RunsTolerance(1e-4, 1e-3, 1e-4);
        if (recipe.Precision.Bf16 || recipe.Precision.PureBf16 || StoredInBf16(recipe)) return new(1e-2, 5e-2, 2e-2);
        // 6.9: the run that diverges on purpose (its rate says so) is held to 1e-3.
        if (recipe.Optimizer.LearningRate >= DivergingRate) return plain with { Loss = 1e-3 };
        return recipe.Optimizer.Optim switch
        {
            "adamw_8bit" or "paged_adamw_8bit" => plain with { Loss = 1e-3, Weights = 2e-3 },
            "adamw_torch_8bit" => plain with { Weights = 1e-3 },
            "adamw_torch_4bit" => plain with { Loss = 5e-3, Weights = 1e-2 },
            "adafactor" => plain with { Loss = 1e-3 },
            _ => plain,
        };
    }

    private static bool StoredInBf16(Recipe recipe)
    {
        string config = Path.Combine(recipe.Model.ModelNameOrPath, "config.json");
        return File.Exists(config) && (GoldenJson.Load(config).Text("dtype") ?? GoldenJson.Load(config).Text("torch_dtype")) == "bfloat16";
    }
}
