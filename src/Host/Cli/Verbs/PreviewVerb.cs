// fasttune preview: the rows of a recipe as the model will see them, with counts by dataset, before any training.
using FastTune.Config;
using FastTune.Data;
using FastTune.Formats;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Cli;

internal static class PreviewVerb
{
    private const int StreamRows = 1000;

    public static readonly Verb Verb = new("preview", RecipeVerb.Usage, "show a recipe's rows as the model will see them",
        """
        Prepares the datasets as train would and prints the first rows (trained tokens in green, or in
        ⟦ ⟧ where there is no colour), lengths, and how many rows were cut or left out by dataset.
        Nothing is trained; of the model only the tokenizer is read.
        Example: fasttune preview examples/quickstart.yaml cutoff_len=256
        """, Run);

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal) =>
        RecipeVerb.Run(Purpose.Train, arguments, terminal, Show, weights: false);

    private static int Show(Recipe recipe, ITerminal terminal)
    {
        var data = recipe.Data;
        if (data.Streaming) terminal.Out.WriteLine($"a stream: what follows is of the first {StreamRows} rows of each dataset");
        // A preview shows what the files hold now, and keeps nothing.
        data = data with { TokenizedPath = null };
        if (data.Streaming) data = data with { Streaming = false, MaxSamples = StreamRows, ValSize = 0 };
        var template = ChatTemplates.Find(data.Template, Tokenizer(recipe.Model), new TemplateOptions(data.DefaultSystem, data.ToolFormat));
        var prepared = DatasetLoader.Load(new DataRequest(data, recipe.Method.Stage, template, recipe.Training.Seed));
        bool colour = Colours(terminal.Interactive, Console.IsOutputRedirected, Environment.GetEnvironmentVariable("NO_COLOR"));
        new Preview(colour, terminal.Width).Write(prepared, template.Tokenizer, terminal.Out);
        return 0;
    }

    /// <summary>Colours are for a person at a terminal who has not asked for none (no-color.org).</summary>
    internal static bool Colours(bool interactive, bool redirected, string? noColor) => interactive && !redirected && string.IsNullOrEmpty(noColor);

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
