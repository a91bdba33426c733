// Which keys of a recipe may differ when a run goes on: the rest says what the run is, and must not.
using FastTune.Config;
using FastTune.Train;

namespace FastTune.Train.State;

/// <summary>A resumed run keeps model, method and seed. Its length, its logging, saving, evaluation and output may change, and so may
/// its data, whose rows are compared by themselves (<see cref="RunState.Data"/>).</summary>
internal static class ResumeRules
{
    private static readonly string[] FreeBeginnings =
        ["logging_", "log_", "save_", "eval_", "hub_", "push_to_hub", "report_to", "swanlab_", "trackio_", "profile", "include_"];

    private static readonly HashSet<string> Free = new(StringComparer.Ordinal)
    {
        // length
        "num_train_epochs", "max_steps",
        // logging and output
        "output_dir", "overwrite_output_dir", "overwrite_cache", "resume_from_checkpoint", "do_train", "plot_loss", "disable_tqdm", "memory", "run_name",
        "project", "use_swanlab", "print_param_status", "enable_torch_profiler", "debug",
        // evaluation
        "do_eval", "do_predict", "per_device_eval_batch_size", "compute_accuracy", "load_best_model_at_end", "metric_for_best_model",
        "greater_is_better", "early_stopping_steps", "predict_with_generate", "prediction_loss_only", "bf16_full_eval", "fp16_full_eval",
        "generation_max_length", "generation_num_beams", "batch_eval_metrics",
        // data: the rows themselves are compared
        "dataset", "dataset_dir", "media_dir", "max_samples", "val_size", "mix_strategy", "interleave_probs", "streaming", "buffer_size", "tokenized_path",
        "preprocessing_batch_size", "preprocessing_num_workers", "strict_labels",
        // memory against time: the same bits either way
        "disable_gradient_checkpointing",
        // where the model's files are kept, and the keys to its hub
        "cache_dir", "hf_hub_token", "ms_hub_token", "om_hub_token",
        // sampling of answers
        "do_sample", "temperature", "top_p", "top_k", "num_beams", "max_length", "max_new_tokens", "repetition_penalty", "length_penalty", "skip_special_tokens", "int8_activations",
    };

    /// <summary>Refuses a recipe that is another run than the checkpoint's. A checkpoint without its recipe is another program's: not compared.</summary>
    /// <exception cref="UserError">The first key that must not differ, with both values.</exception>
    public static void Require(string checkpoint, Recipe recipe)
    {
        string kept = Path.Combine(checkpoint, RunFiles.ArgumentsName);
        if (!File.Exists(kept)) return;
        var differences = RecipeDifference.Between(kept, recipe).Where(difference => !MayDiffer(difference.Key)).ToList();
        if (differences.Count == 0) return;
        KeyDifference first = differences[0];
        string more = differences.Count == 1 ? "" : $" ({string.Join(", ", differences.Skip(1).Select(difference => difference.Key))} differ too)";
        throw new UserError($"{first.Key}: {Printable.Line(checkpoint)} was made with {Printable.Line(first.Earlier)}, the recipe has {Printable.Line(first.Now)}{more}: "
            + "a resumed run keeps model, method and seed; set it back, or start anew with overwrite_output_dir: true or another output_dir");
    }

    internal static bool MayDiffer(string key) =>
        Free.Contains(key) || FreeBeginnings.Any(beginning => key.StartsWith(beginning, StringComparison.Ordinal));
}
