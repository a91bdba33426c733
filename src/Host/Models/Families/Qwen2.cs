// Qwen2 and Qwen2.5: biases on query, key and value; windows on the upper layers when switched on.
namespace FastTune.Models;

internal static class Qwen2
{
    public static readonly Family Family = new("qwen2", "Qwen2ForCausalLM", Read, Write)
    {
        GgufName = "qwen2",
        FromGguf = spec => spec with { Attention = spec.Attention with { InputBias = true } },
    };

    private static DecoderSpec Read(ConfigReader config)
    {
        var spec = LlamaShape.Read(config, Family.Name, headSize: null, defaultMaxPositions: 32768);
        return spec with
        {
            Layers = LlamaShape.QwenWindows(config, spec.Layers.Count),
            Attention = spec.Attention with { InputBias = true },
        };
    }

    internal static IEnumerable<(string, object?)> Write(DecoderSpec spec)
    {
        int? window = spec.Layers.Select(layer => layer.Window).FirstOrDefault(size => size is not null);
        return
        [
            ("use_sliding_window", window is not null), ("sliding_window", window),
            ("layer_types", spec.Layers.Select(layer => layer.Window is null ? "full_attention" : "sliding_attention").ToArray()),
        ];
    }
}
