// Makes the config.json and generation_config.json of an exported model.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Formats;

namespace FastTune.Models;

/// <summary>Configs are written in the spelling of published checkpoints (`rope_theta`, `torch_dtype`), which every version of every reader takes.</summary>
public static class ConfigWriter
{
    internal static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A config made from a spec, for models that never had one (GGUF, training from scratch).</summary>
    public static JsonObject FromSpec(ModelConfig config)
    {
        var spec = config.Spec;
        var family = FamilyList.All.First(family => family.Name == spec.Family);
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(family.Architecture),
            ["model_type"] = family.Name,
            ["vocab_size"] = spec.VocabularySize,
            ["hidden_size"] = spec.HiddenSize,
            ["intermediate_size"] = spec.Mlp.Intermediate,
            ["num_hidden_layers"] = spec.Layers.Count,
            ["num_attention_heads"] = spec.Attention.Heads,
            ["num_key_value_heads"] = spec.Attention.KeyValueHeads,
            ["head_dim"] = spec.Attention.HeadSize,
            ["hidden_act"] = Activations.NameOf(spec.Mlp.Activation),
            ["max_position_embeddings"] = spec.MaxPositions,
            ["rms_norm_eps"] = JsonNode.Parse(spec.NormEpsilon.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
            ["tie_word_embeddings"] = spec.TiedHead,
            ["attention_dropout"] = 0.0,
            ["initializer_range"] = 0.02,
            ["use_cache"] = true,
            ["rope_theta"] = spec.Rope.Theta,
            ["rope_scaling"] = RopeJson(spec.Rope),
        };
        if (spec.Rope.RotaryDimensions != spec.Attention.HeadSize) json["partial_rotary_factor"] = spec.Rope.RotaryDimensions / (double)spec.Attention.HeadSize;
        foreach (var (key, value) in family.Write(spec)) json[key] = JsonSerializer.SerializeToNode(value);
        AddIds(json, config);
        if (config.StoredType is { } type) json["torch_dtype"] = type;
        return json;
    }

    /// <summary>The model's own config with what an export changed.</summary>
    /// <param name="storedType">Type of the written weights (`bfloat16`, `float16`, `float32`).</param>
    /// <param name="vocabularySize">Rows of the written embedding.</param>
    /// <param name="tiedHead">Whether the written head is the embedding.</param>
    public static JsonObject Changed(ModelConfig config, string storedType, int vocabularySize, bool tiedHead)
    {
        var json = (JsonObject)config.Json.DeepClone();
        json[json.ContainsKey("dtype") ? "dtype" : "torch_dtype"] = storedType;
        if (json.ContainsKey("dtype")) json.Remove("torch_dtype");
        json["vocab_size"] = vocabularySize;
        json["tie_word_embeddings"] = tiedHead;
        json["use_cache"] = true;
        json.Remove(QuantizationConfig.Key); // what is written is dense
        return json;
    }

    /// <summary>Writes `config.json` and, when there is one, `generation_config.json`.</summary>
    public static void Write(string folder, JsonObject config, JsonObject? generation)
    {
        WriteJson(Path.Combine(folder, "config.json"), config);
        if (generation is not null) WriteJson(Path.Combine(folder, "generation_config.json"), generation);
    }

    internal static void WriteJson(string path, JsonNode json) => AtomicFile.WriteText(path, json.ToJsonString(Format) + "\n");

    private static JsonObject? RopeJson(RopeSpec rope)
    {
        if (rope.Scaling is null) return null;
        if (rope.Scaling.ConfigKeys is not { } keys)
            throw new UserError($"the model's rope scaling '{rope.Scaling.Name}' has no form in config.json: export it as GGUF");
        var json = new JsonObject { ["rope_type"] = rope.Scaling.Name };
        foreach (var (key, value) in keys) json[key] = JsonSerializer.SerializeToNode(value);
        return json;
    }

    private static void AddIds(JsonObject json, ModelConfig config)
    {
        if (config.BosId is { } bos) json["bos_token_id"] = bos;
        if (config.EosIds.Count == 1) json["eos_token_id"] = config.EosIds[0];
        else if (config.EosIds.Count > 1) json["eos_token_id"] = new JsonArray([.. config.EosIds.Select(id => (JsonNode)id)]);
        if (config.PadId is { } pad) json["pad_token_id"] = pad;
    }
}
