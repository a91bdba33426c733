// Rules of a training run across stages, data and the run's own keys, in LLaMA-Factory's order.
namespace FastTune.Config;

internal static class TrainRules
{
    public static void Apply(Settings s, string place)
    {
        if (!s.Is("eval_strategy", "no")) s.Set("do_eval", true);
        Rule.Check(Rules, s, place);
        Rule.Check(RunRules.All, s, place);
    }

    private static readonly Rule[] Rules =
    [
        new(s => !IsSft(s) && s.Bool("predict_with_generate"), "predict_with_generate is for stage sft only"),
        new(s => !IsSft(s) && s.Bool("neat_packing"), "neat_packing is for stage sft only"),
        new(s => !IsSft(s) && s.Bool("train_on_prompt"), "train_on_prompt is for stage sft only"),
        new(s => !IsSft(s) && s.Bool("mask_history"), "mask_history is for stage sft only"),
        new(s => IsSft(s) && s.Bool("do_predict") && !s.Bool("predict_with_generate"), "do_predict in stage sft needs predict_with_generate: true"),
        new(s => s.Is("stage", "rm", "ppo") && s.Bool("load_best_model_at_end"), "load_best_model_at_end is not possible in stages rm and ppo"),
        new(s => IsPpo(s) && !s.Bool("do_train"), "stage ppo needs do_train: true; evaluate with stage sft"),
        new(s => IsPpo(s) && s.Bool("shift_attn"), "stage ppo does not go with shift_attn"),
        new(s => IsPpo(s) && s.Is("reward_model_type", "lora") && s.Bool("use_kt"), "stage ppo with a LoRA reward model does not go with use_kt"),
        new(s => IsPpo(s) && s.Is("reward_model_type", "lora") && s.Bool("use_unsloth"), "stage ppo with a LoRA reward model does not go with use_unsloth"),
        new(s => IsPpo(s) && s.Names("report_to").Except(["none", "wandb", "tensorboard", "trackio"]).Any(),
            "stage ppo reports to wandb, tensorboard or trackio only; change report_to"),
        new(s => s.Bool("streaming") && s.Int("max_steps") < 1, "streaming needs max_steps: a stream has no known end"),
        new(s => s.Bool("streaming") && s.Is("train_sampling_strategy", "group_by_length"),
            "streaming never has all lengths to group by; set train_sampling_strategy to random or sequential"),
        new(s => s.Bool("streaming") && (s.Is("save_strategy", "epoch") || s.Is("eval_strategy", "epoch") || s.Is("logging_strategy", "epoch")),
            "streaming has no epochs; set logging_strategy, eval_strategy and save_strategy to steps or no"),
        new(s => s.Bool("do_train") && s.Names("dataset").Count == 0, "do_train needs a dataset"),
        new(s => Evaluates(s) && s.Names("eval_dataset").Count == 0 && s.Number("val_size") < Rule.Nothing,
            "evaluation (do_eval, do_predict, predict_with_generate or eval_strategy) needs eval_dataset or val_size"),
        new(s => s.Bool("predict_with_generate") && s.Bool("compute_accuracy"), "predict_with_generate and compute_accuracy exclude each other"),
        new(s => s.Bool("do_train") && s.Is("quantization_device_map", "auto"), "quantization_device_map auto is for inference only"),
        new(s => s.Bool("fp8") && QuantizationRules.Quantised(s), "fp8 does not go with quantization_bit"),
        new(s => !s.Is("infer_backend", "huggingface"), "infer_backend is for chat and export; take it out of a training recipe"),
        new(s => s.Names("report_to").Contains("trackio") && string.IsNullOrEmpty(s.OptionalText("project")), "report_to trackio needs a project"),
        new(s => s.Bool("use_swanlab") && s.Names("report_to").Contains("swanlab"), "use_swanlab already reports to swanlab; take it out of report_to"),
    ];

    private static bool IsSft(Settings s) => s.Is("stage", "sft");

    private static bool IsPpo(Settings s) => s.Is("stage", "ppo");

    private static bool Evaluates(Settings s) => s.Bool("do_eval") || s.Bool("do_predict") || s.Bool("predict_with_generate");
}
