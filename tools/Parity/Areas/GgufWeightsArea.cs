// GGUF models, weights only: the same numbers and the same spec as the Hugging Face folder beside them; stored types as listed.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Models;

namespace FastTune.Parity;

internal sealed class GgufWeightsArea : IArea
{
    public string Name => "gguf-weights";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        if (!Directory.Exists(path)) yield break;
        string folder = Path.Combine(path, "hf"), about = Path.Combine(path, "about.json");
        if (File.Exists(Path.Combine(folder, "config.json")))
        {
            foreach (string file in Directory.GetFiles(path, "model-*.gguf").Order(StringComparer.Ordinal))
                yield return new Case($"{Path.GetFileName(path)}/{Path.GetFileNameWithoutExtension(file)}", () => Compare(file, folder));
        }
        else if (File.Exists(about))
        {
            using var json = JsonDocument.Parse(File.ReadAllText(about));
            foreach (var entry in json.RootElement.EnumerateObject())
            {
                string file = Path.Combine(path, $"model-{entry.Name}.gguf");
                if (entry.Value.ValueKind != JsonValueKind.Object || !entry.Value.TryGetProperty("types", out var types) || !File.Exists(file)) continue;
                var expected = types.EnumerateObject().ToDictionary(type => type.Name, type => type.Value.GetString()!);
                yield return new Case($"{Path.GetFileName(path)}/{entry.Name}", () => CheckTypes(file, expected));
            }
        }
    }

    private static Verdict Compare(string file, string folder)
    {
        using var gguf = Checkpoint.Open(file);
        using var reference = Checkpoint.Open(folder);
        if (SpecDifference(gguf.Spec, reference.Spec) is { } different) return Verdict.Fail(different);
        foreach (var weight in reference.Weights)
            if (GgufTypesArea.Difference(gguf[weight.Slot].ToFloats(), weight.ToFloats()) is { } where) return Verdict.Fail($"{weight.Key}: {where}");
        return Verdict.Pass(0, $"{reference.Weights.Count} weights");
    }

    /// <summary>What differs between two specs, or null.</summary>
    internal static string? SpecDifference(DecoderSpec actual, DecoderSpec expected)
    {
        if (!actual.Layers.SequenceEqual(expected.Layers)) return "layers differ";
        var aligned = actual with { Layers = expected.Layers };
        return aligned == expected ? null : $"spec {aligned}, {expected} was expected";
    }

    private static Verdict CheckTypes(string path, Dictionary<string, string> expected)
    {
        using var file = GgufFile.Open(path);
        foreach (var (name, type) in expected)
            if (file.Tensors.GetValueOrDefault(name)?.Type.Name != type) return Verdict.Fail($"'{name}' is not {type}");
        using var model = Checkpoint.Open(path);
        foreach (var weight in model.Weights)
            if (Array.Exists(weight.ToFloats(), value => !float.IsFinite(value))) return Verdict.Fail($"'{weight.Key}' holds values that are no numbers");
        return Verdict.Pass(0, $"{model.Weights.Count} weights");
    }
}
