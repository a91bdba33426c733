// Reads and writes adapter_config.json: every key is known, and one that changes results and is not supported is an error.
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Config;
using FastTune.Models;

namespace FastTune.Adapters;

internal static class PeftConfigFile
{
    public const string Name = "adapter_config.json";
    private const string PeftVersion = "0.18.1";

    // Keys without influence on what the finished adapter computes, with the reason.
    private static readonly Dictionary<string, string> _ignored = new(StringComparer.Ordinal)
    {
        ["auto_mapping"] = "names the library's classes",
        ["inference_mode"] = "set by whoever loads it",
        ["peft_version"] = "provenance",
        ["revision"] = "provenance of the base",
        ["task_type"] = "adapters here are for causal language models",
        ["ensure_weight_tying"] = "a switch for making adapters",
        ["eva_config"] = "how the start was made; ranks stand in rank_pattern",
        ["lora_ga_config"] = "how the start was made",
        ["megatron_core"] = "a module's name in another library",
        ["qalora_group_size"] = "has meaning with use_qalora only",
        ["layers_pattern"] = "layers are found by their number",
        ["fan_in_fan_out"] = "matrices here are [out, in]; it is true for GPT-2 only",
    };

    // Keys that change results and cannot be honoured yet.
    private static readonly string[] _refused =
    [
        "alora_invocation_tokens", "arrow_config", "corda_config", "kasa_config", "layer_replication", "megatron_config",
        "monteclora_config", "target_parameters", "trainable_token_indices", "use_bdlora", "use_qalora", "velora_config",
    ];

    // Starts that change the base weights: such an adapter means nothing on the untouched base.
    private static readonly string[] _changedBase = ["pissa", "olora", "loftq", "corda"];

    public static PeftConfig Read(string path)
    {
        var config = new ConfigReader(path, JsonFile.Read(path));
        string kind = config.Text("peft_type") ?? throw config.Missing("peft_type");
        if (kind != "LORA") throw new UserError($"{path}: adapters of type '{kind}' are not supported yet, only LORA is");
        foreach (string key in _refused)
            if (IsSet(config, key)) throw new UserError($"{path}: '{key}' is not supported yet, and the adapter would compute something else without it");
        RequireUsableStart(config);
        var read = ReadKnown(config);
        foreach (string key in _ignored.Keys) config.Skip(key);
        string? unknown = config.Unasked.FirstOrDefault(key => HasValue(config.Json[key]));
        if (unknown is not null) throw new UserError($"{path}: '{unknown}' is not known{Nearest.Hint(unknown, config.Asked)}: the adapter may compute something else with it, so it is not ignored");
        return read;
    }

    public static void Write(string folder, PeftConfig config) =>
        Formats.AtomicFile.WriteText(Path.Combine(folder, Name), Json(config).ToJsonString(ConfigWriter.Format));

    private static PeftConfig ReadKnown(ConfigReader config)
    {
        bool isPattern = config.Json["target_modules"]?.GetValueKind() == JsonValueKind.String;
        return new PeftConfig
        {
            R = config.Int("r"),
            LoraAlpha = config.Number("lora_alpha"),
            LoraDropout = config.Number("lora_dropout", 0),
            UseRslora = config.Bool("use_rslora", false),
            UseDora = config.Bool("use_dora", false),
            LoraBias = config.Bool("lora_bias", false),
            Bias = config.Text("bias") ?? "none",
            TargetModules = isPattern ? [] : config.Texts("target_modules") ?? [],
            TargetPattern = isPattern ? config.Text("target_modules") : null,
            ExcludeModules = config.Texts("exclude_modules") ?? [],
            ModulesToSave = config.Texts("modules_to_save") ?? [],
            RankPattern = Pattern(config, "rank_pattern", (inner, key) => inner.Int(key)),
            AlphaPattern = Pattern(config, "alpha_pattern", (inner, key) => inner.Number(key)),
            LayersToTransform = Layers(config),
            BaseModel = config.Text("base_model_name_or_path"),
        };
    }

    private static Dictionary<string, T> Pattern<T>(ConfigReader config, string key, Func<ConfigReader, string, T> read) =>
        config.Object(key) is { } inner ? inner.Json.Select(entry => entry.Key).ToDictionary(name => name, name => read(inner, name), StringComparer.Ordinal) : [];

    private static List<int>? Layers(ConfigReader config)
    {
        const string key = "layers_to_transform";
        config.Skip(key);
        if (config.Json[key] is not { } node) return null;
        JsonNode?[] items = node is JsonArray array ? [.. array] : [node];
        var layers = new List<int>();
        foreach (var item in items)
            layers.Add(item is JsonValue && int.TryParse(item.ToJsonString(), out int layer) ? layer : throw config.Wrong(key, node, "a layer number or a list of them"));
        return layers;
    }

    private static void RequireUsableStart(ConfigReader config)
    {
        config.Skip("init_lora_weights");
        config.Skip("loftq_config");
        if (config.Json["init_lora_weights"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String) return;
        string start = value.GetValue<string>();
        if (_changedBase.Any(name => start.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            throw new UserError($"{config.Path}: the adapter was started with '{start}', which changes the base weights, and fits only that base: use its converted form");
    }

    private static bool IsSet(ConfigReader config, string key)
    {
        config.Skip(key);
        return HasValue(config.Json[key]);
    }

    // Null, false, {} and [] are how PEFT writes "not used".
    private static bool HasValue(JsonNode? node) => node switch
    {
        null => false,
        JsonArray array => array.Count > 0,
        JsonObject json => json.Count > 0,
        _ => node.GetValueKind() != JsonValueKind.False,
    };

    private static JsonObject Json(PeftConfig config) => new()
    {
        ["alora_invocation_tokens"] = null,
        ["alpha_pattern"] = JsonSerializer.SerializeToNode(config.AlphaPattern),
        ["arrow_config"] = null,
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = config.BaseModel,
        ["bias"] = config.Bias,
        ["corda_config"] = null,
        ["ensure_weight_tying"] = false,
        ["eva_config"] = null,
        ["exclude_modules"] = OrNull(config.ExcludeModules),
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["layer_replication"] = null,
        ["layers_pattern"] = null,
        ["layers_to_transform"] = JsonSerializer.SerializeToNode(config.LayersToTransform),
        ["loftq_config"] = new JsonObject(),
        ["lora_alpha"] = Number(config.LoraAlpha),
        ["lora_bias"] = config.LoraBias,
        ["lora_dropout"] = JsonNode.Parse(Python(config.LoraDropout)),
        ["megatron_config"] = null,
        ["megatron_core"] = "megatron.core",
        ["modules_to_save"] = OrNull(config.ModulesToSave),
        ["peft_type"] = "LORA",
        ["peft_version"] = PeftVersion,
        ["qalora_group_size"] = 16,
        ["r"] = config.R,
        ["rank_pattern"] = JsonSerializer.SerializeToNode(config.RankPattern),
        ["revision"] = null,
        ["target_modules"] = config.TargetPattern is null ? JsonSerializer.SerializeToNode(config.TargetModules) : config.TargetPattern,
        ["target_parameters"] = null,
        ["task_type"] = "CAUSAL_LM",
        ["trainable_token_indices"] = null,
        ["use_dora"] = config.UseDora,
        ["use_qalora"] = false,
        ["use_rslora"] = config.UseRslora,
    };

    private static JsonNode? OrNull(IReadOnlyList<string> names) => names.Count == 0 ? null : JsonSerializer.SerializeToNode(names);

    private static JsonNode Number(double value) => value == Math.Floor(value) ? JsonValue.Create((long)value) : JsonValue.Create(value);

    // A float that is a whole number is written with its point, as Python does.
    private static string Python(double value)
    {
        string text = value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        return text.Contains('.') || text.Contains('E') ? text : text + ".0";
    }
}
