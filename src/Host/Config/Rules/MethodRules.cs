// Rules and derived values of the fine-tuning keys.
namespace FastTune.Config;

internal static class MethodRules
{
    private static readonly Rule[] Rules =
    [
        new(s => s.OptionalInt("ref_model_quantization_bit") is { } bits && bits is not (4 or 8), "ref_model_quantization_bit must be 4 or 8"),
        new(s => s.OptionalInt("reward_model_quantization_bit") is { } bits && bits is not (4 or 8), "reward_model_quantization_bit must be 4 or 8"),
        new(s => s.Int("hyper_parallel_cp_size") < 1, "hyper_parallel_cp_size must be at least 1"),
        new(s => s.Is("stage", "ppo") && s.OptionalText("reward_model") is null, "stage ppo needs a reward_model"),
        new(s => s.Is("stage", "ppo") && s.Is("reward_model_type", "lora") && !IsLora(s),
            "reward_model_type lora needs finetuning_type lora in stage ppo"),
        new(s => s.Is("stage", "dpo") && !s.Is("pref_loss", "sigmoid") && s.Number("dpo_label_smoothing") > Rule.Nothing,
            "dpo_label_smoothing is for pref_loss sigmoid only"),
        new(s => s.Bool("use_llama_pro") && s.Is("finetuning_type", "full"), "use_llama_pro is for finetuning_type freeze or lora"),
        new(s => IsLora(s) && Memory(s) > 0, "use_galore, use_apollo and use_badam do not go with finetuning_type lora"),
        new(s => Memory(s) > 1, "use_galore, use_apollo and use_badam exclude each other; keep one"),
        new(s => s.Bool("pissa_init") && (s.Is("stage", "ppo", "kto") || UsesReference(s)), "pissa_init does not go with this stage"),
        new(s => !IsLora(s) && s.OptionalNumber("loraplus_lr_ratio") is not null, "loraplus_lr_ratio is for finetuning_type lora only"),
        new(s => !IsLora(s) && s.Bool("use_rslora"), "use_rslora is for finetuning_type lora only"),
        new(s => !IsLora(s) && s.Bool("use_dora"), "use_dora is for finetuning_type lora only"),
        new(s => !IsLora(s) && s.Bool("pissa_init"), "pissa_init is for finetuning_type lora only"),
        new(s => s.Int("lora_rank") < 1, "lora_rank must be at least 1"),
        new(s => s.OptionalInt("lora_alpha") < 0, "lora_alpha must not be negative"),
        new(s => s.Number("lora_dropout") is < 0 or >= 1, "lora_dropout must be at least 0 and below 1"),
        new(s => s.Is("finetuning_type", "freeze") && s.Int("freeze_trainable_layers") == 0 && s.Names("freeze_extra_modules").Count == 0,
            "freeze_trainable_layers 0 leaves nothing to train; set it or freeze_extra_modules"),
        new(s => IsLora(s) && s.Names("lora_target").Count == 0, "lora_target names no layer; write layer names or all"),
    ];

    public static void Apply(Settings s, string place)
    {
        if (s.OptionalInt("lora_alpha") is null or 0) s.Set("lora_alpha", (int)Math.Min(2L * s.Int("lora_rank"), int.MaxValue));
        s.Set("use_ref_model", UsesReference(s));
        Rule.Check(Rules, s, place);
    }

    public static bool IsLora(Settings s) => s.Is("finetuning_type", "lora");

    private static bool UsesReference(Settings s) => s.Is("stage", "dpo") && !s.Is("pref_loss", "orpo", "simpo");

    private static int Memory(Settings s) =>
        (s.Bool("use_galore") ? 1 : 0) + (s.Bool("use_apollo") ? 1 : 0) + (s.Bool("use_badam") ? 1 : 0);
}
