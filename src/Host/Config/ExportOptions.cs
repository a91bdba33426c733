// Recipe keys about writing a merged model.
namespace FastTune.Config;

/// <summary>Where and how a model is written. Its number type is <see cref="PrecisionOptions.InferDtype"/>.</summary>
public sealed record ExportOptions
{
    /// <summary>Output folder; null unless exporting.</summary>
    public string? ExportDir { get; init; }

    /// <summary>Largest size of a weight file in GB (10⁹ bytes).</summary>
    public int ExportSize { get; init; } = 5;
}
