// What train, chat and export share: read the recipe, log its notes once, fetch what lies on a hub, open the door.
using FastTune.Config;
using FastTune.Hub;

namespace FastTune.Cli;

internal static class RecipeVerb
{
    public const string Usage = "RECIPE.yaml [key=value …] [--key value …]";

    /// <param name="weights">False: of a model on a hub only the small files are fetched.</param>
    public static int Run(Purpose purpose, IReadOnlyList<string> arguments, ITerminal terminal, Func<Recipe, ITerminal, int> door, bool weights = true)
    {
        var recipe = RecipeReader.Read(purpose, arguments);
        foreach (string note in recipe.Notes) terminal.Error.WriteLine($"note: {Printable.Line(note)}");
        return door(RecipeSources.Local(recipe, terminal, weights), terminal);
    }
}
