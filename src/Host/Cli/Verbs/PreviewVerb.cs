// fasttune preview: the rows of a recipe as the model will see them, with counts by dataset, before any training.
using FastTune.Config;
using FastTune.Data;
using FastTune.Formats;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Cli;

internal static class PreviewVerb
{
    public static readonly Verb Verb = new("preview", RecipeVerb.Usage, "show a recipe's rows as the model will see them",
        """
        Prepares the datasets as train would and prints the first rows (trained tokens in green, or in
        ⟦ ⟧ where there is no colour), lengths, and how many rows were cut or left out by dataset.
        Nothing is trained; of the model only the tokenizer is read.
        Example: fasttune preview examples/quickstart.yaml cutoff_len=256
        """, Run);

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal) =>
        RecipeVerb.Run(Purpose.Train, arguments, terminal, Show);

    private static int Show(Recipe recipe, ITerminal terminal)
    {
        var data = recipe.Data;
        if (data.Streaming) throw new UserError("preview counts whole datasets: add streaming=false, and max_samples=1000 where they are large");
        var template = ChatTemplates.Find(data.Template, Tokenizer(recipe.Model), new TemplateOptions(data.DefaultSystem, data.ToolFormat));
        var prepared = DatasetLoader.Load(new DataRequest(data, recipe.Method.Stage, template, recipe.Training.Seed));
        bool colour = terminal.Interactive && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null;
        new Preview(colour, terminal.Width).Write(prepared, template.Tokenizer, terminal.Out);
        return 0;
    }

    private static ITokenizer Tokenizer(ModelOptions model)
    {
        ITokenizer tokenizer = Load(model.ModelNameOrPath);
        if (model.AddTokens.Count > 0) tokenizer = tokenizer.WithTokens(model.AddTokens, special: false);
        return model.AddSpecialTokens.Count > 0 ? tokenizer.WithTokens(model.AddSpecialTokens, special: true) : tokenizer;
    }

    private static Tokenizer Load(string path)
    {
        if (!File.Exists(path)) return Tokenizers.Tokenizer.Load(path);
        using var file = GgufFile.Open(path);
        return Tokenizers.Tokenizer.FromGguf(GgufTokenizerReader.Read(file));
    }
}
