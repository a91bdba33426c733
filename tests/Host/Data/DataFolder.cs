// A folder with datasets for one test, and the door's answer on it.
using System.Text;
using FastTune.Config;
using FastTune.Data;
using FastTune.Templates;
using FastTune.Tests.Host.Templates;
using FastTune.Tokenizers;

namespace FastTune.Tests.Host.Data;

internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fasttune-data-").FullName;

    /// <summary>A template whose ids are letters: the prompt as it stands, the answer closed by an end token.</summary>
    public static ITemplate Template { get; } = ChatTemplates.Find("empty", new LetterTokenizer(new SpecialTokens("<s>", "</s>", "<p>", null, []), ["<s>", "</s>", "<p>"]));

    public DataFolder With(string file, string content)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, file), content, new UTF8Encoding(false));
        return this;
    }

    /// <summary>Names dataset `d` as this file; <paramref name="more"/> is further JSON of its entry.</summary>
    public DataFolder Entry(string file, string more = "") => With("dataset_info.json", "{\"d\": {\"file_name\": \"" + file + "\"" + more + "}}");

    public PreparedData Load(string stage = "sft", Func<DataOptions, DataOptions>? change = null)
    {
        var data = new DataOptions { DatasetDir = Path, Dataset = ["d"], CutoffLen = 64 };
        return DatasetLoader.Load(new DataRequest(change?.Invoke(data) ?? data, stage, Template, Seed: 42));
    }

    /// <summary>The row as text: trained letters in capitals.</summary>
    public static string Text(Sample row) => string.Concat(row.InputIds.Zip(row.Labels, (id, label) =>
    {
        string text = Template.Tokenizer.Decode([id], skipSpecialTokens: false);
        return label == Sample.Ignored ? text : text.ToUpperInvariant();
    }));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
