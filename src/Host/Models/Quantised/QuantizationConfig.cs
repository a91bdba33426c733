// `quantization_config` of a config.json: which quantised checkpoints can be read.
using System.Text.Json.Nodes;

namespace FastTune.Models;

internal static class QuantizationConfig
{
    public const string Key = "quantization_config";

    /// <summary>Takes note of the key. What is quantised, and how, the tensors say themselves.</summary>
    /// <exception cref="UserError">A method other than bitsandbytes.</exception>
    public static void Read(ConfigReader config)
    {
        if (config.Json[Key] is not { } node) return;
        config.Skip(Key);
        if (node is not JsonObject json) throw config.Wrong(Key, node, "an object");
        string method = json["quant_method"]?.ToString() ?? (IsTrue(json["load_in_4bit"]) || IsTrue(json["load_in_8bit"]) ? "bitsandbytes" : "unnamed");
        if (method != "bitsandbytes")
            throw new UserError($"{config.Path}: '{Key}': checkpoints quantised by method {Printable.Line(method)} cannot be read yet: use the unquantised model, one quantised by bitsandbytes, or a GGUF file of type Q8_0, Q4_0, Q4_1 or Q6_K");
    }

    private static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool flag) && flag;
}
