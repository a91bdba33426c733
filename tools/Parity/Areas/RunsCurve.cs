// The logged figures of a run: losses, gradient norms, rates, evaluations, totals.
using System.Text.Json;
using FastTune.Train.State;

namespace FastTune.Parity;

internal static class RunsCurve
{
    private const double RateTolerance = 1e-12;

    public static void Compare(RunsCase golden, string output, RunsFindings found)
    {
        var own = TrainerState.Read(output).LogHistory;
        RunsTolerance tolerance = golden.Tolerance;
        CompareSteps(golden.Curve, own, tolerance, found);
        foreach (JsonElement entry in golden.Curve.GetProperty("other_log_entries").EnumerateArray())
        {
            string kind = entry.Find("eval_loss") is null ? "train_loss" : "eval_loss";
            if (entry.Find(kind) is not { } loss) continue;
            int step = entry.GetProperty("step").GetInt32();
            var line = own.FirstOrDefault(line => line.ContainsKey(kind) && Convert.ToInt32(line["step"]) == step);
            if (line is null) found.Differs(kind, $"step {step} has none");
            else CompareEntry(entry, line, kind, tolerance.Loss, found);
        }
    }

    private static void CompareSteps(JsonElement curve, IReadOnlyList<IReadOnlyDictionary<string, object?>> own, RunsTolerance tolerance, RunsFindings found)
    {
        var steps = curve.GetProperty("steps").EnumerateArray().ToList();
        var lines = own.Where(line => line.ContainsKey("loss")).ToDictionary(line => Convert.ToInt32(line["step"]));
        // Older versions round what they log; their micro-batches are whole.
        bool rounded = steps.All(step => Math.Round(step.GetProperty("loss").GetDouble(), 4) == step.GetProperty("loss").GetDouble());
        if (lines.Count < steps.Count) found.Differs("steps", $"{lines.Count} are logged, expected {steps.Count}");
        foreach (JsonElement step in steps)
        {
            int number = step.GetProperty("step").GetInt32();
            if (!lines.TryGetValue(number, out var line)) continue;
            double loss = rounded ? MicroBatches(curve, number) : step.GetProperty("loss").GetDouble();
            found.Relative("loss", $"step {number}", loss, Number(line, "loss"), tolerance.Loss);
            if (step.Find("grad_norm") is { } norm)
                found.Relative("grad_norm", $"step {number}", norm.GetDouble(), Number(line, "grad_norm"), tolerance.GradNorm);
            found.Relative("learning_rate", $"step {number}", step.GetProperty("learning_rate").GetDouble(), Number(line, "learning_rate"), RateTolerance);
            CompareEntry(step, line, "tokens", tolerance.Loss, found);
        }
    }

    private static double MicroBatches(JsonElement curve, int step) => curve.GetProperty("micro_batches").EnumerateArray()
        .Where(batch => batch.GetProperty("step").GetInt32() == step).Sum(batch => batch.GetProperty("loss").GetDouble());

    private static void CompareEntry(JsonElement entry, IReadOnlyDictionary<string, object?> line, string kind, double tolerance, RunsFindings found)
    {
        foreach (string key in (string[])["epoch", "num_input_tokens_seen", "eval_loss", "eval_accuracy", "train_loss"])
        {
            if (entry.Find(key) is not { } value) continue;
            bool counted = key is "epoch" or "num_input_tokens_seen";
            if (!line.ContainsKey(key)) found.Differs(kind, $"step {line["step"]} has no {key}");
            else found.Relative($"{kind} {key}", $"step {line["step"]}", value.GetDouble(), Number(line, key), counted ? RateTolerance : tolerance);
        }
    }

    private static double Number(IReadOnlyDictionary<string, object?> line, string key) =>
        line.TryGetValue(key, out object? value) && value is not null ? Convert.ToDouble(value) : double.NaN;
}
