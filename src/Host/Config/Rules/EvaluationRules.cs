// Rules of a benchmark's recipe: which task, on what, and where its results go.
namespace FastTune.Config;

internal static class EvaluationRules
{
    private static readonly Rule[] Rules =
    [
        new(s => !s.Is("infer_backend", "huggingface"), "infer_backend is for chat; take it out of an evaluation recipe"),
        new(s => string.IsNullOrEmpty(s.OptionalText("task")), "task is missing; name the benchmark, such as mmlu_test"),
        new(s => s.OptionalText("save_dir") is { } folder && Path.Exists(folder), "save_dir exists already; choose another folder for the results"),
        new(s => s.Int("batch_size") < 1, "batch_size must be at least 1"),
        new(s => s.Int("n_shot") < 0, "n_shot must not be negative; 0 means no examples"),
    ];

    public static void Apply(Settings s, string place)
    {
        Rule.Check(Rules, s, place);
        s.Set("device_map", "auto");
    }
}
