// The config keys that all families of the Llama shape share.
namespace FastTune.Models;

internal static class LlamaShape
{
    private const int MaxLayers = 4096;

    /// <param name="headSize">Size of a head when the config names none; null: hidden size / heads.</param>
    /// <param name="defaultMaxPositions">The library's default of `max_position_embeddings`.</param>
    public static DecoderSpec Read(ConfigReader config, string family, int? headSize, int defaultMaxPositions)
    {
        int hidden = config.Int("hidden_size"), heads = config.Int("num_attention_heads"), layers = config.Int("num_hidden_layers");
        int groups = config.Int("num_key_value_heads", heads);
        int head = config.OptionalInt("head_dim") ?? headSize ?? hidden / heads;
        int positions = config.Int("max_position_embeddings", defaultMaxPositions);
        Require(layers <= MaxLayers, config, $"'num_hidden_layers' is {layers}, at most {MaxLayers} are supported");
        Require(heads % groups == 0, config, $"'num_attention_heads' {heads} is not a multiple of 'num_key_value_heads' {groups}");
        Require(head > 0 && head % 2 == 0, config, $"heads of {head} values cannot be rotated in pairs ('head_dim', or 'hidden_size' / 'num_attention_heads')");
        double dropout = config.Number("attention_dropout", 0);
        Require(dropout == 0, config, $"'attention_dropout' is {dropout}, only 0 is supported");
        return new DecoderSpec
        {
            Family = family,
            HiddenSize = hidden,
            VocabularySize = config.Int("vocab_size"),
            Layers = [.. Enumerable.Repeat(new LayerSpec(), layers)],
            Attention = new AttentionSpec(heads, groups, head),
            Mlp = new MlpSpec(config.Int("intermediate_size"), Activations.Read(config)),
            NormEpsilon = (float)config.Number("rms_norm_eps", 1e-6),
            Rope = RopeScalings.Read(config, head, positions),
            TiedHead = config.Bool("tie_word_embeddings", false),
            MaxPositions = positions,
        };
    }

    /// <summary>Windows from `layer_types`, or, where that is absent, on the layers from `max_window_layers` on (Qwen2, Qwen3).</summary>
    public static IReadOnlyList<LayerSpec> QwenWindows(ConfigReader config, int layers)
    {
        int? window = config.Bool("use_sliding_window", false) ? config.Has("sliding_window") ? config.OptionalInt("sliding_window") : 4096 : null;
        config.Skip("sliding_window");
        int first = config.Json["max_window_layers"]?.ToJsonString() == "0" ? 0 : config.Int("max_window_layers", 28);
        config.Skip("max_window_layers");
        var types = config.Texts("layer_types");
        if (types is null) return [.. Enumerable.Range(0, layers).Select(layer => new LayerSpec(layer >= first ? window : null))];
        Require(types.Count == layers, config, $"'layer_types' has {types.Count} entries, 'num_hidden_layers' is {layers}");
        return [.. types.Select(type => Layer(config, type, window))];
    }

    private static LayerSpec Layer(ConfigReader config, string type, int? window)
    {
        if (type == "full_attention") return new LayerSpec();
        Require(type == "sliding_attention", config, $"layer type '{type}' is not supported, only full_attention and sliding_attention are");
        Require(window is not null, config, "'layer_types' asks for sliding_attention, but 'use_sliding_window' or 'sliding_window' gives no window");
        return new LayerSpec(window);
    }

    private static void Require(bool right, ConfigReader config, string what)
    {
        if (!right) throw new UserError($"{config.Path}: {what}: the model cannot be loaded as it is");
    }
}
