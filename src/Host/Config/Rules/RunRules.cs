// Rules on the numbers of a run: ranges, and what evaluation, saving and number types ask of each other.
namespace FastTune.Config;

internal static class RunRules
{
    public static readonly Rule[] All =
    [
        new(s => s.Bool("pure_bf16") && !s.Device.Bf16, "pure_bf16 is not possible on a device without bf16; leave it out for fp32"),
        new(s => s.Bool("fp16") && !s.Device.Fp16, "fp16 is not possible on the CPU; use bf16: true or leave it out for fp32"),
        new(s => s.Bool("bf16") && s.Bool("pure_bf16"), "bf16 and pure_bf16 exclude each other; keep one"),
        new(s => s.Int("per_device_train_batch_size") < 1, "per_device_train_batch_size must be at least 1"),
        new(s => s.Int("per_device_eval_batch_size") < 1, "per_device_eval_batch_size must be at least 1"),
        new(s => s.Int("gradient_accumulation_steps") < 1, "gradient_accumulation_steps must be at least 1"),
        new(s => s.Int("max_steps") < 1 && s.Number("num_train_epochs") <= 0, "num_train_epochs or max_steps must be above 0"),
        new(s => s.Number("learning_rate") < 0, "learning_rate must not be negative"),
        new(s => s.Number("weight_decay") < 0, "weight_decay must not be negative"),
        new(s => s.Number("adam_beta1") is < 0 or >= 1, "adam_beta1 must be at least 0 and below 1"),
        new(s => s.Number("adam_beta2") is < 0 or >= 1, "adam_beta2 must be at least 0 and below 1"),
        new(s => s.Number("adam_epsilon") < 0, "adam_epsilon must not be negative"),
        new(s => s.Number("max_grad_norm") < 0, "max_grad_norm must not be negative; 0 means no clipping"),
        new(s => s.OptionalNumber("warmup_ratio") is < 0 or > 1, "warmup_ratio must be between 0 and 1"),
        new(s => s.Number("warmup_steps") < 0, "warmup_steps must not be negative"),
        new(s => s.Int("seed") < 0 || s.OptionalInt("data_seed") < 0, "seed and data_seed must not be negative"),
        new(s => s.Is("logging_strategy", "steps") && s.Number("logging_steps") <= 0, "logging_steps must be above 0; set logging_strategy to no for no log"),
        new(s => s.Is("save_strategy", "steps") && s.Number("save_steps") <= 0, "save_steps must be above 0; set save_strategy to no for no checkpoints"),
        new(s => s.Is("eval_strategy", "steps") && s.OptionalNumber("eval_steps") <= 0, "eval_steps must be above 0"),
        new(s => s.OptionalInt("save_total_limit") < 1, "save_total_limit must be at least 1; leave it out to keep all checkpoints"),
        new(s => s.OptionalInt("early_stopping_steps") < 1, "early_stopping_steps must be at least 1"),
        new(s => s.OptionalInt("early_stopping_steps") is not null && s.Is("eval_strategy", "no"),
            "early_stopping_steps needs evaluations; set eval_strategy to steps or epoch"),
        new(s => s.Is("save_strategy", "best") && s.OptionalText("metric_for_best_model") is null, "save_strategy best needs metric_for_best_model"),
        new(s => s.Bool("load_best_model_at_end") && !s.Is("save_strategy", "best") && s.OptionalText("save_strategy") != s.OptionalText("eval_strategy"),
            "load_best_model_at_end needs eval_strategy and save_strategy to be the same"),
        new(s => s.Bool("load_best_model_at_end") && s.Is("save_strategy", "steps") && Misaligned(s),
            "load_best_model_at_end needs save_steps to be a multiple of eval_steps"),
        new(s => !s.Bool("do_train") && !s.Bool("do_eval") && !s.Bool("do_predict"), "nothing to do; set do_train: true or do_eval: true"),
    ];

    /// <summary>True when some checkpoints would be written without an evaluation of their weights.</summary>
    private static bool Misaligned(Settings s)
    {
        double saves = s.Number("save_steps"), evaluations = s.OptionalNumber("eval_steps") ?? s.Number("logging_steps");
        if ((saves < 1) != (evaluations < 1)) return true;
        double ratio = saves / evaluations;
        return Math.Abs(ratio - Math.Round(ratio)) > 1e-6;
    }
}
