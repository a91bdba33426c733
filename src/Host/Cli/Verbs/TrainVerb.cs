// fasttune train: fine-tune a model as a recipe says.
using FastTune.Config;

namespace FastTune.Cli;

internal static class TrainVerb
{
    public static readonly Verb Verb = new("train", RecipeVerb.Usage, "fine-tune a model as a recipe says",
        """
        The recipe has LLaMA-Factory's keys, in YAML or JSON; later arguments override it. An output
        folder that holds a checkpoint is resumed unless overwrite_output_dir is true. Ctrl-C saves a
        checkpoint and stops; a second Ctrl-C stops at once. --memory prints where the memory went;
        --memory-limit 6GB keeps the run below that, or says the least that it needs.
        Example: fasttune train examples/quickstart.yaml learning_rate=1e-3 --max_steps 20
        """, Run);

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal) =>
        RecipeVerb.Run(Purpose.Train, arguments, terminal, Doors.Train);
}
