// Rules and derived values of the data keys, in LLaMA-Factory's order.
using System.Globalization;

namespace FastTune.Config;

internal static class DataRules
{
    private static readonly Rule[] Rules =
    [
        new(s => s.Number("val_size") > Rule.Nothing && s.Names("dataset").Count == 0,
            "val_size splits rows off dataset, which is not set; name a dataset or leave val_size out"),
        new(s => s.Number("val_size") > Rule.Nothing && s.Names("eval_dataset").Count > 0,
            "val_size and eval_dataset both name evaluation rows; keep one"),
        new(s => s.Names("interleave_probs").Count > 0 && s.Is("mix_strategy", "concat"),
            "interleave_probs is for interleaving; set mix_strategy to interleave_under or interleave_over"),
        new(s => s.Names("interleave_probs").Any(share => !double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out double p) || !(p >= 0)),
            "interleave_probs holds something that is not a share; write numbers such as 0.7,0.3"),
        new(s => CountsDiffer(s, "dataset"), "interleave_probs needs one share for each dataset"),
        new(s => CountsDiffer(s, "eval_dataset"), "interleave_probs needs one share for each eval_dataset"),
        new(s => s.Bool("streaming") && s.Number("val_size") is > Rule.Nothing and < 1,
            "streaming cannot split off a share; write val_size as a number of rows"),
        new(s => s.Bool("streaming") && s.OptionalInt("max_samples") is not null,
            "streaming and max_samples exclude each other; use max_steps"),
        new(s => s.Bool("streaming") && s.OptionalText("tokenized_path") is not null,
            "streaming reads nothing ahead that tokenized_path could keep; leave one of the two out"),
        new(s => s.Bool("mask_history") && s.Bool("train_on_prompt"),
            "mask_history and train_on_prompt exclude each other; keep one"),
        new(s => s.Int("cutoff_len") < 1, "cutoff_len must be at least 1"),
        new(s => s.Number("val_size") < 0, "val_size must not be negative"),
        new(s => s.OptionalInt("max_samples") < 1, "max_samples must be at least 1; leave it out for all rows"),
        new(s => s.Int("preprocessing_batch_size") < 1, "preprocessing_batch_size must be at least 1"),
        new(s => s.OptionalInt("preprocessing_num_workers") < 1, "preprocessing_num_workers must be at least 1"),
        new(s => s.Int("buffer_size") < 1, "buffer_size must be at least 1"),
    ];

    /// <summary>Fills in what follows from other keys, then checks.</summary>
    public static void Apply(Settings s, string place)
    {
        if (s.OptionalText("media_dir") is null) s.Set("media_dir", s.Text("dataset_dir"));
        Rule.Check(Rules, s, place);
        if (s.Bool("neat_packing")) s.Set("packing", true);
        if (s.OptionalBool("packing") == true) s.Set("cutoff_len", s.Int("cutoff_len") - 1);
    }

    private static bool CountsDiffer(Settings s, string datasets)
    {
        int shares = s.Names("interleave_probs").Count, sets = s.Names(datasets).Count;
        return shares > 0 && sets > 0 && shares != sets;
    }
}
