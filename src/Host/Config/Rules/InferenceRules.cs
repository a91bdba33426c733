// Rules and derived values of chat and export.
namespace FastTune.Config;

internal static class InferenceRules
{
    private static readonly Rule[] Rules =
    [
        new(s => s.Is("infer_backend", "vllm") && !s.Is("stage", "sft"), "infer_backend vllm serves language models only: stage must be sft"),
        new(s => s.Is("infer_backend", "vllm") && QuantizationRules.Quantised(s), "infer_backend vllm does not go with quantization_bit"),
        new(s => s.Is("infer_backend", "vllm") && s.OptionalText("rope_scaling") is not null, "infer_backend vllm does not go with rope_scaling"),
        new(s => s.Is("infer_backend", "vllm") && s.Names("adapter_name_or_path").Count > 1, "infer_backend vllm takes one adapter; merge them first"),
        new(s => s.Purpose == Purpose.Export && s.OptionalText("export_dir") is null, "export_dir is missing; name the output folder"),
        new(s => s.Int("max_new_tokens") < 1 && s.Int("max_length") < 1, "max_new_tokens or max_length must be at least 1"),
    ];

    public static void Apply(Settings s, string place)
    {
        Rule.Check(Rules, s, place);
        bool exportOnCpu = s.OptionalText("export_dir") is not null && s.Is("export_device", "cpu");
        s.Set("device_map", exportOnCpu ? new Dictionary<string, object?> { [""] = "cpu" } : "auto");
        bool cutoffAsked = s.Int("cutoff_len") != (int)Casting.Default(KeyTable.For(s.Purpose)["cutoff_len"])!;
        if (s.OptionalText("export_dir") is not null && cutoffAsked) s.Set("model_max_length", s.Int("cutoff_len"));
    }
}
