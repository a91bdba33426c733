// train_results.json, eval_results.json, all_results.json: the figures a run ends with.
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Train.Log;

/// <summary>Figures of a phase by their Trainer names, and the files they go to.</summary>
public static class RunResults
{
    private const string UnionName = "all_results.json";

    /// <summary>Runtime and speeds of a phase, rounded as the Trainer does.</summary>
    /// <param name="phase">train, eval or predict.</param>
    /// <param name="runtime">Time the phase took.</param>
    /// <param name="samples">Rows that went through (planned ones, for training).</param>
    /// <param name="steps">Steps or batches.</param>
    public static Dictionary<string, object?> Speed(string phase, TimeSpan runtime, double samples, double steps)
    {
        double seconds = Math.Max(runtime.TotalSeconds, 1e-9);
        return new()
        {
            [$"{phase}_runtime"] = Math.Round(runtime.TotalSeconds, 4),
            [$"{phase}_samples_per_second"] = Math.Round(samples / seconds, 3),
            [$"{phase}_steps_per_second"] = Math.Round(steps / seconds, 3),
        };
    }

    /// <summary>Writes <c>{phase}_results.json</c> and merges the figures into <c>all_results.json</c>.</summary>
    public static void Save(string folder, string phase, IReadOnlyDictionary<string, object?> figures)
    {
        Write(Path.Combine(folder, $"{phase}_results.json"), figures);
        string union = Path.Combine(folder, UnionName);
        var all = Read(union);
        foreach (var (name, value) in figures) all[name] = value;
        Write(union, all);
    }

    private static void Write(string path, IReadOnlyDictionary<string, object?> figures) =>
        AtomicFile.WriteText(path, PythonJson.Write(figures, indent: 4, sort: true));

    private static Dictionary<string, object?> Read(string path)
    {
        if (!File.Exists(path)) return [];
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.EnumerateObject().ToDictionary(figure => figure.Name, figure => PythonValue.Of(figure.Value));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"{path}: not a JSON object ({error.Message}); remove it and run again", inner: error);
        }
    }
}
