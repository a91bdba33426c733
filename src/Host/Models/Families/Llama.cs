// Llama (1 to 3.3), and what is published in its form: SmolLM, Yi, DeepSeek-LLM, …
namespace FastTune.Models;

internal static class Llama
{
    public static readonly Family Family = new("llama", "LlamaForCausalLM", Read, Write)
    {
        GgufName = "llama",
        GgufInterleavesHeads = true,
    };

    private static DecoderSpec Read(ConfigReader config)
    {
        var spec = LlamaShape.Read(config, Family.Name, headSize: null, defaultMaxPositions: 2048);
        bool bias = config.Bool("attention_bias", false);
        return spec with
        {
            Attention = spec.Attention with { InputBias = bias, OutputBias = bias },
            Mlp = spec.Mlp with { Bias = config.Bool("mlp_bias", false) },
        };
    }

    private static IEnumerable<(string, object?)> Write(DecoderSpec spec) =>
        [("attention_bias", spec.Attention.InputBias), ("mlp_bias", spec.Mlp.Bias), ("pretraining_tp", 1)];
}
