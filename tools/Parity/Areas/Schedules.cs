// Golden area: lr_schedules.json (the rate of every step) and warmup_rounding.json.
using System.Text.Json;
using FastTune.Optim;

namespace FastTune.Parity;

internal sealed class Schedules : IArea
{
    private const double Relative = 1e-12;

    public string Name => "schedules";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal)] : [path];
        return files.Where(file => Path.GetExtension(file) == ".json" && File.Exists(file)).SelectMany(InFile);
    }

    private static IEnumerable<Case> InFile(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = document.RootElement.Clone();
        if (root.ValueKind == JsonValueKind.Array && root.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("base_lr", out _)))
            return root.EnumerateArray().Select((item, i) => new Case($"schedule_{i}_{item.GetProperty("name")}", () => item.TryGetProperty("metrics", out _) ? Plateau(item) : Curve(item)));
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("cases", out var cases) && cases.ValueKind == JsonValueKind.Array
            && cases.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("warmup_steps_given", out _)))
            return cases.EnumerateArray().Select((item, i) => new Case($"warmup_rounding_{i}", () => Rounding(item)));
        return [];
    }

    private static Verdict Curve(JsonElement item)
    {
        // What LLaMA-Factory fills in by itself is recorded as arguments; ours must come out the same without them.
        bool ownDefaults = item.TryGetProperty("llamafactory_default", out var flag) && flag.GetBoolean();
        var schedule = Create(item, ownDefaults ? [] : Arguments(item), item.GetProperty("warmup_steps").GetInt32(), item.GetProperty("total_steps").GetInt32());
        return Compare(item.GetProperty("lr"), step => schedule.Rate(step));
    }

    private static Verdict Plateau(JsonElement item)
    {
        var schedule = Create(item, Arguments(item), 0, 0);
        double[] metrics = [.. item.GetProperty("metrics").EnumerateArray().Select(e => e.GetDouble())];
        return Compare(item.GetProperty("lr_after_metric"), i =>
        {
            schedule.Observe(metrics[i]);
            return schedule.Rate(i);
        });
    }

    private static Verdict Rounding(JsonElement item)
    {
        int expected = item.GetProperty("warmup_steps_used").GetInt32();
        int actual = RateSchedule.WarmupSteps(item.GetProperty("warmup_steps_given").GetDouble(), item.GetProperty("total_steps").GetInt32());
        return actual == expected ? Verdict.Pass() : Verdict.Fail($"{actual} steps, expected {expected}");
    }

    private static RateSchedule Create(JsonElement item, Dictionary<string, object?> arguments, int warmup, int total) =>
        RateSchedule.Create(item.GetProperty("name").GetString()!, arguments, [item.GetProperty("base_lr").GetDouble()], warmup, total);

    private static Dictionary<string, object?> Arguments(JsonElement item) => item.GetProperty("kwargs").EnumerateObject()
        .ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetDouble() : (object?)p.Value.GetString());

    private static Verdict Compare(JsonElement rates, Func<int, double> rate)
    {
        double worst = 0;
        int step = 0;
        foreach (double expected in rates.EnumerateArray().Select(e => e.GetDouble()))
        {
            double actual = rate(step++);
            double error = expected == actual ? 0 : Math.Abs(actual - expected) / Math.Max(Math.Abs(expected), double.Epsilon);
            if (!(error <= Relative)) return Verdict.Fail($"after {step - 1} steps {actual:R}, expected {expected:R}", error);
            worst = Math.Max(worst, error);
        }
        return Verdict.Pass(worst);
    }
}
