// Keys of adapter_model.safetensors: how they are formed, and what each of a file's keys means.
using FastTune.Formats;

namespace FastTune.Adapters;

/// <summary>Key names as PEFT 0.18 writes them.</summary>
public static class PeftKeys
{
    private const string Prefix = "base_model.model.";

    private static readonly string[] _suffixes =
    [
        ".lora_A.weight", ".lora_B.weight", ".lora_B.bias", ".lora_embedding_A", ".lora_embedding_B", ".lora_magnitude_vector",
    ];

    /// <summary>Key of a module's A.</summary>
    public static string A(string module) => $"{Prefix}{module}.lora_A.weight";

    /// <summary>Key of a module's B.</summary>
    public static string B(string module) => $"{Prefix}{module}.lora_B.weight";

    /// <summary>Key of the bias of a module's B.</summary>
    public static string BiasOfB(string module) => $"{Prefix}{module}.lora_B.bias";

    /// <summary>Key of an embedding's A.</summary>
    public static string EmbeddingA(string module) => $"{Prefix}{module}.lora_embedding_A";

    /// <summary>Key of an embedding's B.</summary>
    public static string EmbeddingB(string module) => $"{Prefix}{module}.lora_embedding_B";

    /// <summary>Key of the untouched base weight that PEFT keeps beside an adapter on embedding or head.</summary>
    public static string BaseLayer(string module) => $"{Prefix}{module}.base_layer.weight";

    /// <summary>Key of the trained bias of a linear that has an adapter.</summary>
    public static string BaseBias(string module) => $"{Prefix}{module}.base_layer.bias";

    /// <summary>Key of a weight that is stored whole, from its key in the base checkpoint.</summary>
    public static string Whole(string baseKey) => Prefix + baseKey;

    internal sealed record Sorted(Dictionary<string, Dictionary<string, StoredTensor>> LowRank, Dictionary<string, StoredTensor> Whole);

    /// <summary>Splits a file's tensors into low-rank parts by module and suffix, and whole weights by base key.</summary>
    internal static Sorted Sort(string path, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        var sorted = new Sorted(new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        // The trained copy of a whole module wins over the plain name, which older versions keep beside it.
        foreach (var (key, tensor) in tensors.OrderBy(entry => entry.Key.Contains(".modules_to_save.", StringComparison.Ordinal)))
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal)) throw Bad(path, key, $"keys begin with '{Prefix}'");
            string name = key[Prefix.Length..];
            string? suffix = _suffixes.FirstOrDefault(end => name.EndsWith(end, StringComparison.Ordinal) || name.EndsWith(end + ".weight", StringComparison.Ordinal));
            if (suffix is not null)
            {
                string module = name[..name.LastIndexOf(suffix, StringComparison.Ordinal)];
                if (!sorted.LowRank.TryGetValue(module, out var parts)) sorted.LowRank[module] = parts = new(StringComparer.Ordinal);
                parts[suffix] = tensor;
            }
            else if (name.Contains("lora_", StringComparison.Ordinal)) throw Bad(path, key, "no such part of a LoRA adapter is known");
            else if (BaseKey(name) is { } whole) sorted.Whole[whole] = tensor;
        }
        return sorted;
    }

    /// <summary>The low-rank modules, every A with its B, ranks as the configuration says.</summary>
    internal static IReadOnlyList<PeftModule> Modules(string path, PeftConfig config, Dictionary<string, Dictionary<string, StoredTensor>> lowRank) =>
        [.. lowRank.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => Module(path, config, entry.Key, entry.Value))];

    private static PeftModule Module(string path, PeftConfig config, string module, Dictionary<string, StoredTensor> parts)
    {
        bool isEmbedding = parts.ContainsKey(".lora_embedding_A") || parts.ContainsKey(".lora_embedding_B");
        string kind = isEmbedding ? ".lora_embedding_" : ".lora_", end = isEmbedding ? "" : ".weight";
        var a = parts.GetValueOrDefault($"{kind}A{end}") ?? throw Bad(path, module, $"its '{kind}A{end}' is missing");
        var b = parts.GetValueOrDefault($"{kind}B{end}") ?? throw Bad(path, module, $"its '{kind}B{end}' is missing");
        int rank = config.RankOf(module);
        if (a.Shape.Count != 2 || b.Shape.Count != 2 || a.Shape[0] != rank || b.Shape[1] != rank)
            throw Bad(path, module, $"A [{string.Join(", ", a.Shape)}] and B [{string.Join(", ", b.Shape)}] were expected to be [r, in] and [out, r] with r = {rank} from {PeftConfigFile.Name}");
        var magnitude = parts.GetValueOrDefault(".lora_magnitude_vector");
        if (config.UseDora != magnitude is not null) throw Bad(path, module, $"'use_dora' is {(config.UseDora ? "true" : "false")}, the magnitude is {(magnitude is null ? "missing" : "there")}");
        return new PeftModule(module, a, b, config.ScaleOf(module), isEmbedding, parts.GetValueOrDefault(".lora_B.bias"), magnitude);
    }

    // Null for copies of untouched base weights. Biases of wrapped modules are stored under base_layer.
    private static string? BaseKey(string name)
    {
        if (name.Contains(".original_module.", StringComparison.Ordinal) || name.EndsWith(".base_layer.weight", StringComparison.Ordinal)) return null;
        return name.Replace(".modules_to_save.", ".", StringComparison.Ordinal).Replace(".base_layer.", ".", StringComparison.Ordinal);
    }

    private static UserError Bad(string path, string key, string what) => new($"{path}: '{key}': {what}: the adapter is damaged or of another kind");
}
