// Golden area: tokenizers. Texts and ids of whole tokenizers, parts alone, streams, and the files that other makers write.
namespace FastTune.Parity;

internal sealed class TokenizersArea : IArea
{
    public string Name => "tokenizers";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)] : File.Exists(path) ? [path] : [];
        return files.SelectMany(Cases);
    }

    private static IEnumerable<Case> Cases(string file)
    {
        string folder = Path.GetDirectoryName(file)!, name = Path.GetFileName(file);
        string here = Path.GetFileName(folder);
        switch (name)
        {
            case "cases.jsonl" when File.Exists(Path.Combine(folder, "tokenizer.json")):
                yield return new Case(here, () => TokenizerCases.Encoding(file, folder));
                break;
            case "tokenizer_cases.jsonl" when File.Exists(Path.Combine(folder, "tokenizer.json")):
                yield return new Case($"{here}_tokenizer", () => TokenizerCases.Encoding(file, folder));
                break;
        }
        foreach (var part in name.EndsWith(".jsonl", StringComparison.Ordinal) ? TokenizerPartCases.Find(file) : []) yield return part;
        foreach (var training in name == "trainers.json" ? TokenizerTrainingCases.Find(file) : []) yield return training;
        foreach (var ranks in name == "encoding.json" ? TiktokenCases.Find(file) : []) yield return ranks;
        bool unicode = here == "unicode" && name is "classes.json" or "lowercase.json" or "normalization_differences.json";
        foreach (var table in unicode ? UnicodeCases.Find(file) : []) yield return table;
        foreach (var pieces in name.EndsWith(".model", StringComparison.Ordinal) ? SentencePieceCases.Find(file) : []) yield return pieces;
        string? converted = name.EndsWith(".cases.jsonl", StringComparison.Ordinal) ? file[..^".cases.jsonl".Length] + ".json" : null;
        if (converted is not null && File.Exists(converted))
            yield return new Case($"{here}_{Path.GetFileNameWithoutExtension(converted)}", () => TokenizerCases.EncodingOf(file, converted));
        foreach (var fact in name.EndsWith(".json", StringComparison.Ordinal) && name.Contains(TokenizerFactCases.Mark, StringComparison.Ordinal) ? TokenizerFactCases.Find(file) : [])
            yield return fact;
        foreach (var speed in name == "reference.json" ? TokenizerSpeedCases.Find(file) : []) yield return speed;
        if (name.EndsWith(".encode.jsonl", StringComparison.Ordinal) && TokenizerCases.Neighbour(file) is { } encoder)
            yield return new Case(Stem(name), () => TokenizerCases.Encoding(file, encoder));
        if (name.EndsWith(".stream.jsonl", StringComparison.Ordinal) && TokenizerCases.Neighbour(file) is { } decoder)
            yield return new Case(Stem(name), () => TokenizerCases.Streams(file, decoder));
        if (name.EndsWith(".gguf", StringComparison.Ordinal) && GgufTokenizerCases.Golden(file) is { } golden)
            yield return new Case($"gguf_{Path.GetFileNameWithoutExtension(file)}", () => GgufTokenizerCases.Check(file, golden));
    }

    private static string Stem(string name) => name[..^".jsonl".Length];
}
