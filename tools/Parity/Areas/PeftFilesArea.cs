// PEFT adapter folders, without a forward pass: read, written again with the same keys, values and bytes.
using System.Text.Json.Nodes;
using FastTune.Adapters;
using FastTune.Formats;

namespace FastTune.Parity;

internal sealed class PeftFilesArea : IArea
{
    public string Name => "peft-files";

    public bool HasFoldersBelow => true;

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        if (!File.Exists(Path.Combine(path, "adapter_config.json")) || !File.Exists(Path.Combine(path, PeftAdapter.WeightsName))) yield break;
        string parent = Path.GetFileName(Path.GetDirectoryName(path)!);
        yield return new Case($"{parent}/{Path.GetFileName(path)}", () => Check(path, options));
    }

    private static Verdict Check(string path, ParityOptions options)
    {
        using var adapter = PeftAdapter.Open(path);
        using var set = Safetensors.Open(Path.Combine(path, PeftAdapter.WeightsName));
        string copy = Directory.CreateDirectory(Path.Combine(options.Scratch, Guid.NewGuid().ToString("N"))).FullName;
        PeftAdapter.Write(copy, adapter.Config, [.. set.Tensors.Values.Select(tensor => TensorSource.Of(tensor))]);
        if (!File.ReadAllBytes(Path.Combine(copy, PeftAdapter.WeightsName)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(path, PeftAdapter.WeightsName))))
            return Verdict.Fail("the written weights have other bytes");
        return ConfigDifference(Json(copy), Json(path)) is { } where ? Verdict.Fail(where) : Verdict.Pass(0, $"{adapter.Modules.Count} modules, {adapter.Whole.Count} whole");
    }

    private static JsonObject Json(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!.AsObject();

    // Keys of newer versions than ours stay out; versions, modes and starts are not carried over.
    private static string? ConfigDifference(JsonObject actual, JsonObject expected)
    {
        foreach (var (key, value) in expected)
        {
            if (key is "peft_version" or "inference_mode" or "init_lora_weights" or "eva_config") continue;
            if (!actual.TryGetPropertyValue(key, out var own))
            {
                if (value is not null) return $"'{key}' is not written";
            }
            else if (!JsonNode.DeepEquals(own, value) && !(own is null && value is JsonArray { Count: 0 })) return $"'{key}' is {own?.ToJsonString() ?? "null"}, {value?.ToJsonString() ?? "null"} was expected";
        }
        return null;
    }
}
