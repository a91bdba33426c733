// The rooms that verbs open, in one place: a recipe and the terminal go in, the exit code comes out.
using FastTune.Config;
using FastTune.Export;
using FastTune.Train;

namespace FastTune.Cli;

internal static class Doors
{
    public static int Train(Recipe recipe, ITerminal terminal) => Trainer.Run(recipe, terminal);

    public static int Chat(Recipe recipe, ITerminal terminal) => Inference.Chat.Run(recipe, terminal);

    public static int Export(Recipe recipe, ITerminal terminal) => Exporter.Run(recipe, terminal);
}
