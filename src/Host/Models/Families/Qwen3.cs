// Qwen3 dense: norms on each head's query and key, heads of 128 unless the config says otherwise.
namespace FastTune.Models;

internal static class Qwen3
{
    public static readonly Family Family = new("qwen3", "Qwen3ForCausalLM", Read, Write)
    {
        GgufName = "qwen3",
        FromGguf = spec => spec with { Attention = spec.Attention with { QueryKeyNorm = true } },
    };

    private static DecoderSpec Read(ConfigReader config)
    {
        var spec = LlamaShape.Read(config, Family.Name, headSize: 128, defaultMaxPositions: 32768);
        bool bias = config.Bool("attention_bias", false);
        return spec with
        {
            Layers = LlamaShape.QwenWindows(config, spec.Layers.Count),
            Attention = spec.Attention with { InputBias = bias, OutputBias = bias, QueryKeyNorm = true },
        };
    }

    private static IEnumerable<(string, object?)> Write(DecoderSpec spec) =>
        Qwen2.Write(spec).Prepend(("attention_bias", spec.Attention.InputBias));
}
