// What a training run derives from its checked keys: where it resumes, number types, packing and lengths.
namespace FastTune.Config;

internal static class TrainDerived
{
    public static void Apply(Settings s, string place)
    {
        Resume(s, place);
        if (s.OptionalText("output_dir") is null) s.Set("output_dir", "trainer_output");
        if (s.OptionalNumber("warmup_ratio") is { } share) s.Set("warmup_steps", share);
        s.Set("packing", s.OptionalBool("packing") ?? s.Is("stage", "pt"));
        // A buffer of one row is a stream in its own order.
        if (s.Bool("streaming") && (s.Bool("disable_shuffling") || s.Is("train_sampling_strategy", "sequential"))) s.Set("buffer_size", 1);
        s.Set("compute_dtype", s.Bool("bf16") || s.Bool("pure_bf16") ? "bfloat16" : s.Bool("fp16") ? "float16" : null);
        s.Set("model_max_length", s.Int("cutoff_len"));
        s.Set("block_diag_attn", s.Bool("neat_packing"));
        s.Set("generation_max_length", s.OptionalInt("generation_max_length") ?? s.Int("cutoff_len"));
        s.Set("generation_num_beams", s.OptionalInt("eval_num_beams") ?? s.OptionalInt("generation_num_beams"));
        s.Set("remove_unused_columns", false);
        if (MethodRules.IsLora(s) && s.Value("label_names") is null) s.Set("label_names", new List<object?> { "labels" });
        if (s.Value("include_num_input_tokens_seen") is bool all) s.Set("include_num_input_tokens_seen", all ? "all" : "no");
        if (MethodRules.IsLora(s) && s.Bool("resize_vocab") && s.Names("additional_target").Count == 0 && !QuantizationRules.Quantised(s))
            s.Notes.Add("resize_vocab: the new embedding rows are not trained unless additional_target names embed_tokens and lm_head");
    }

    private static void Resume(Settings s, string place)
    {
        bool neverResumes = s.Is("stage", "rm", "ppo") && s.Is("finetuning_type", "full", "freeze");
        if (s.Bool("do_train") && !s.Bool("overwrite_output_dir") && s.OptionalText("resume_from_checkpoint") is null && !neverResumes)
            s.Set("resume_from_checkpoint", OutputFolder.LastCheckpoint(s.OptionalText("output_dir") ?? "trainer_output", place));
        if (!neverResumes || s.OptionalText("resume_from_checkpoint") is null) return;
        s.Set("resume_from_checkpoint", null);
        s.Notes.Add("resume_from_checkpoint: not possible in this stage, ignored");
    }
}
