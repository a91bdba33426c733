// Mistral 7B and Nemo: the Llama shape without biases, every layer with the same window or none.
namespace FastTune.Models;

internal static class Mistral
{
    private const int DefaultWindow = 4096;

    public static readonly Family Family = new("mistral", "MistralForCausalLM", Read, Write);

    private static DecoderSpec Read(ConfigReader config)
    {
        var spec = LlamaShape.Read(config, Family.Name, headSize: null, defaultMaxPositions: 4096 * 32);
        int? window = config.OptionalInt("sliding_window") ?? (config.Has("sliding_window") ? null : DefaultWindow);
        return spec with { Layers = [.. spec.Layers.Select(layer => layer with { Window = window })] };
    }

    private static IEnumerable<(string, object?)> Write(DecoderSpec spec) => [("sliding_window", spec.Layers[0].Window)];
}
