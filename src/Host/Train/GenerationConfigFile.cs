// generation_config.json beside trained weights: the base model's own, else one made from its config.
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Models;

namespace FastTune.Train;

internal static class GenerationConfigFile
{
    private const string Name = "generation_config.json";

    /// <summary>The settings to write.</summary>
    /// <param name="model">Model folder (or file) of the recipe.</param>
    public static JsonObject Of(string model, ModelConfig config)
    {
        string path = Path.Combine(model, Name);
        return File.Exists(path) ? Read(path) : FromConfig(config);
    }

    private static JsonObject Read(string path)
    {
        try
        {
            return (JsonObject)JsonNode.Parse(File.ReadAllBytes(path))!;
        }
        catch (Exception error) when (error is JsonException or InvalidCastException or NullReferenceException)
        {
            throw new UserError($"{path}: not a JSON object: repair or delete the file", inner: error);
        }
    }

    private static JsonObject FromConfig(ModelConfig config)
    {
        var json = new JsonObject { ["_from_model_config"] = true };
        if (config.BosId is { } bos) json["bos_token_id"] = bos;
        if (config.EosIds is [var only]) json["eos_token_id"] = only;
        else if (config.EosIds.Count > 1) json["eos_token_id"] = new JsonArray([.. config.EosIds.Select(id => (JsonNode)id)]);
        if (config.PadId is { } pad) json["pad_token_id"] = pad;
        return json;
    }
}
