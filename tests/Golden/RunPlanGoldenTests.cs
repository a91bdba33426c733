// Walks recorded training runs: the plan made from rows and recipe must give every logged epoch and every window.
using System.Globalization;
using System.Text.Json;
using FastTune.Config;
using FastTune.Train;
using Xunit;
using YamlDotNet.Serialization;

namespace FastTune.Tests.Golden;

public class RunPlanGoldenTests
{
    [Fact]
    public void RecordedRunsHaveThePlannedStepsEpochsAndWindows()
    {
        var runs = Runs();
        Assert.SkipWhen(runs.Length == 0, "no recorded runs beside this checkout (../shared is absent)");
        foreach (string run in runs) Check(run);
    }

    private static string[] Runs()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string runs = Path.Combine(folder.FullName, "shared", "golden", "training", "runs");
            if (Directory.Exists(runs)) return [.. Directory.EnumerateDirectories(runs).Where(IsPlain)];
        }
        return [];
    }

    // Rows are counted in tokenized.jsonl; reinforcement runs count their steps differently.
    private static bool IsPlain(string run) => File.Exists(Path.Combine(run, "tokenized.jsonl"))
        && File.Exists(Path.Combine(run, "curve.json")) && File.ReadAllText(Path.Combine(run, "curve.json")).Contains("\"max_steps\"", StringComparison.Ordinal)
        && !Path.GetFileName(run).StartsWith("ppo", StringComparison.Ordinal) && !Path.GetFileName(run).StartsWith("grpo", StringComparison.Ordinal);

    private static void Check(string run)
    {
        var recipe = new Deserializer().Deserialize<Dictionary<string, object>>(File.ReadAllText(Path.Combine(run, "config.yaml")));
        using var curve = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(run, "curve.json")));
        int rows = File.ReadLines(Path.Combine(run, "tokenized.jsonl")).Count();
        var plan = RunPlan.Create(rows, Options(recipe));
        Assert.Equal(curve.RootElement.GetProperty("max_steps").GetInt32(), plan.TotalSteps);
        foreach (var step in curve.RootElement.GetProperty("steps").EnumerateArray())
            Assert.True(step.GetProperty("epoch").GetDouble() == plan.EpochAfter(step.GetProperty("step").GetInt32()), $"{run}: step {step.GetProperty("step")}");
        var windows = File.ReadLines(Path.Combine(run, "batches.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt32()).CountBy(step => step);
        foreach (var (step, count) in windows) Assert.True(count == plan.Window(step).Count, $"{run}: step {step} has {count} micro-batches");
    }

    private static TrainingOptions Options(Dictionary<string, object> recipe)
    {
        var plain = new TrainingOptions();
        return plain with
        {
            PerDeviceTrainBatchSize = (int)Number("per_device_train_batch_size", plain.PerDeviceTrainBatchSize),
            GradientAccumulationSteps = (int)Number("gradient_accumulation_steps", plain.GradientAccumulationSteps),
            NumTrainEpochs = Number("num_train_epochs", plain.NumTrainEpochs),
            MaxSteps = (int)Number("max_steps", plain.MaxSteps),
            DataloaderDropLast = recipe.TryGetValue("dataloader_drop_last", out object? drop) && (string)drop == "true",
        };

        double Number(string key, double fallback) => recipe.TryGetValue(key, out object? text) ? double.Parse((string)text, CultureInfo.InvariantCulture) : fallback;
    }
}
