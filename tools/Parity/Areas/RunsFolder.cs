// The output folder of a run: its weights, its results, and the names of its files.
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Parity;

internal static class RunsFolder
{
    private static readonly Dictionary<string, string> OwnNames = new()
    {
        ["training_args.bin"] = "training_args.json",
        ["optimizer.pt"] = "optimizer_state.safetensors",
        ["scheduler.pt"] = "scheduler_state.json",
        ["rng_state.pth"] = "rng_state.json",
    };

    public static void Compare(RunsCase golden, string output, RunsFindings found)
    {
        CompareFolder(golden, Path.Combine(golden.Folder, "final"), output, found);
        foreach (string checkpoint in Directory.EnumerateDirectories(golden.Folder, "checkpoint-*"))
            CompareFolder(golden, checkpoint, Path.Combine(output, Path.GetFileName(checkpoint)), found);
        CompareNames(Path.Combine(golden.Folder, "files.json"), output, found);
    }

    private static void CompareFolder(RunsCase golden, string wanted, string output, RunsFindings found)
    {
        if (!Directory.Exists(wanted)) return;
        double tolerance = golden.Tolerance.Weights;
        var own = Tensors(output);
        foreach (string file in Directory.EnumerateFiles(wanted, "*.safetensors")) CompareTensors(file, own, tolerance, found);
        foreach (string file in Directory.EnumerateFiles(wanted, "*tensors.json")) CompareNorms(GoldenJson.Load(file), own, tolerance, found);
        foreach (string file in Directory.EnumerateFiles(wanted, "*_results.json")) CompareResults(golden, file, output, found);
    }

    private static Dictionary<string, float[]> Tensors(string folder)
    {
        var tensors = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "*.safetensors"))
        {
            using TensorSet set = Safetensors.Open(file);
            foreach (var (name, tensor) in set.Tensors) tensors[RunsNames.Plain(name)] = tensor.ToFloats();
        }
        return tensors;
    }

    private static void CompareTensors(string file, Dictionary<string, float[]> own, double tolerance, RunsFindings found)
    {
        using TensorSet set = Safetensors.Open(file);
        foreach (var (name, tensor) in set.Tensors)
        {
            if (IsStart(name) || IsPart(name)) continue;
            if (!own.TryGetValue(RunsNames.Plain(name), out float[]? values)) found.Differs("weights", $"no {name}");
            else found.Values("weights", name, tensor.ToFloats(), values, tolerance);
        }
    }

    /// <summary>Tensors left out for size: norm, sum and sometimes the first row. A norm may differ by what its elements may.</summary>
    private static void CompareNorms(JsonElement wanted, Dictionary<string, float[]> own, double tolerance, RunsFindings found)
    {
        foreach (JsonProperty entry in wanted.EnumerateObject())
        {
            if (IsStart(entry.Name) || entry.Value.Find("l2") is not { } norm) continue;
            if (!own.TryGetValue(RunsNames.Plain(entry.Name), out float[]? values))
            {
                found.Differs("weights", $"no {entry.Name}");
                continue;
            }
            found.Number("weights", $"norm of {entry.Name}", norm.GetDouble(), Math.Sqrt(values.Sum(value => (double)value * value)), tolerance, Math.Sqrt(values.Length));
            if (entry.Value.Find("first_row") is { } row)
            {
                float[] expected = [.. row.EnumerateArray().Select(value => value.GetSingle())];
                found.Values("weights", $"first row of {entry.Name}", expected, values.AsSpan(0, expected.Length), tolerance);
            }
        }
    }

    /// <summary>PEFT also stores what a whole module was before it trained.</summary>
    private static bool IsStart(string name) => name.Contains(".original_module.", StringComparison.Ordinal);

    /// <summary>Rows cut out of a tensor, under the tensor's name and a note in brackets; the norms hold the whole tensor.</summary>
    private static bool IsPart(string name) => name.EndsWith(']');

    private static void CompareResults(RunsCase golden, string file, string output, RunsFindings found)
    {
        string name = Path.GetFileName(file), own = Path.Combine(output, name);
        if (!File.Exists(own))
        {
            found.Differs(name, "it is missing");
            return;
        }
        JsonElement actual = GoldenJson.Load(own);
        foreach (JsonProperty entry in GoldenJson.Load(file).EnumerateObject())
        {
            if (actual.Find(entry.Name) is not { } value) found.Differs(name, $"no {entry.Name}");
            else if (entry.Name is "epoch" or "train_loss" or "eval_loss" or "eval_accuracy" or "perplexity" or "num_input_tokens_seen")
                found.Relative(name, entry.Name, entry.Value.GetDouble(), value.GetDouble(), golden.Tolerance.Loss);
        }
    }

    private static void CompareNames(string list, string output, RunsFindings found)
    {
        if (!File.Exists(list)) return;
        var wanted = GoldenJson.Load(list).EnumerateArray().Select(file => OwnName(file.Text("path")!)).ToHashSet(StringComparer.Ordinal);
        var own = Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(output, file).Replace('\\', '/')).ToHashSet(StringComparer.Ordinal);
        found.Exact("files missing", Listed(wanted.Except(own)));
        found.Exact("files too many", Listed(own.Except(wanted)));
    }

    private static string OwnName(string path)
    {
        string name = Path.GetFileName(path);
        return OwnNames.TryGetValue(name, out string? own) ? path[..^name.Length] + own : path;
    }

    private static string? Listed(IEnumerable<string> names) => names.Order(StringComparer.Ordinal).ToList() is { Count: > 0 } list ? string.Join(", ", list) : null;
}
