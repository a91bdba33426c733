// What train, chat and export share: read the recipe, log its notes once, open the door.
using FastTune.Config;

namespace FastTune.Cli;

internal static class RecipeVerb
{
    public const string Usage = "RECIPE.yaml [key=value …] [--key value …]";

    public static int Run(Purpose purpose, IReadOnlyList<string> arguments, ITerminal terminal, Func<Recipe, ITerminal, int> door)
    {
        var recipe = RecipeReader.Read(purpose, arguments);
        foreach (string note in recipe.Notes) terminal.Error.WriteLine($"note: {Printable.Line(note)}");
        return door(recipe, terminal);
    }
}
