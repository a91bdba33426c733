// A model's configuration as read from config.json: the spec, the ids with a role, the raw JSON for export, and what was not understood.
using System.Text.Json.Nodes;
using FastTune.Config;

namespace FastTune.Models;

/// <param name="Spec">What the model computes.</param>
/// <param name="Json">config.json as it was read, or made from a GGUF file's metadata.</param>
/// <param name="StoredType">`dtype` / `torch_dtype` (`bfloat16`, `float16`, `float32`), or null.</param>
/// <param name="BosId">Beginning-of-sequence id, or null.</param>
/// <param name="EosIds">End-of-sequence ids; may be empty.</param>
/// <param name="PadId">Padding id, or null.</param>
/// <param name="Warnings">One line for each key that was not understood; to be shown to the user.</param>
public sealed record ModelConfig(
    DecoderSpec Spec, JsonObject Json, string? StoredType, int? BosId, IReadOnlyList<int> EosIds, int? PadId, IReadOnlyList<string> Warnings)
{
    /// <summary>Reads a config.json.</summary>
    /// <exception cref="UserError">Missing file, damaged JSON, unknown model type, missing or wrong key.</exception>
    public static ModelConfig Read(string path)
    {
        var json = JsonFile.Read(path);
        var config = new ConfigReader(path, json);
        var family = FamilyList.ByModelType(path, config.Text("model_type") ?? throw config.Missing("model_type"));
        QuantizationConfig.Read(config);
        var spec = family.Read(config);
        string? type = config.Text("dtype") ?? config.Text("torch_dtype");
        return new ModelConfig(spec, json, type, Ids(config, "bos_token_id").Cast<int?>().FirstOrDefault(), Ids(config, "eos_token_id"),
            Ids(config, "pad_token_id").Cast<int?>().FirstOrDefault(), NotUnderstood(config));
    }

    private static List<int> Ids(ConfigReader config, string key)
    {
        config.Skip(key);
        var node = config.Json[key];
        var values = node is JsonArray array ? array.ToArray() : [node];
        var ids = new List<int>();
        foreach (var value in values)
        {
            if (value is null) continue;
            if (value is not JsonValue || !int.TryParse(value.ToJsonString(), out int id)) throw config.Wrong(key, value, "a token id or a list of them");
            if (id >= 0) ids.Add(id);
        }
        return ids;
    }

    private static List<string> NotUnderstood(ConfigReader config)
    {
        var warnings = new List<string>();
        foreach (string key in config.Unasked)
        {
            if (IgnoredKeys.Reasons.ContainsKey(key)) continue;
            warnings.Add($"{config.Path}: '{key}' is not known{Nearest.Hint(key, config.Asked)} and has no effect here");
        }
        return warnings;
    }
}
