// Checks of single tokenizer parts (normalizers, pre-tokenizers, decoders), of trainings, and of the speed text's ids.
using System.Text.Json;
using FastTune.Tokenizers;
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.PreTokenizers;

namespace FastTune.Parity;

internal static class TokenizerPartCases
{
    /// <summary>One case a line; none when the lines are something else.</summary>
    public static IEnumerable<Case> Find(string file)
    {
        string kind = Path.GetFileNameWithoutExtension(file);
        if (kind is not ("normalizers" or "precompiled" or "pre_tokenizers" or "decoders")) yield break;
        foreach (string text in File.ReadAllText(file).Split('\n').Where(t => t.Length > 0))
        {
            var line = JsonDocument.Parse(text).RootElement;
            if (line.Find("config") is null || line.Find("cases") is null) yield break;
            yield return new Case($"{kind}_{line.Text("name")}", () => Check(kind, line));
        }
    }

    private static Verdict Check(string kind, JsonElement line)
    {
        var config = new JsonPart(line.GetProperty("config"), "config");
        Func<JsonElement, string?> check = kind switch
        {
            "pre_tokenizers" => PreTokenizer(ComponentReader.PreTokenizer(config)),
            "decoders" => Decoder(ComponentReader.Decoder(config)),
            _ => Normalizer(ComponentReader.Normalizer(config)),
        };
        int count = 0;
        foreach (var item in line.GetProperty("cases").EnumerateArray())
        {
            count++;
            if (check(item) is { } difference) return Verdict.Fail($"case {count} {item[0].GetRawText()}: {difference}");
        }
        return Verdict.Pass(0, $"{count} texts");
    }

    private static Func<JsonElement, string?> Normalizer(Tokenizers.Normalizers.INormalizer normalizer) => item =>
    {
        string got = normalizer.Normalize(AlignedText.Of(item[0].GetString()!)).Text, expected = item[1].GetString()!;
        return got == expected ? null : GoldenJson.Difference(expected, got);
    };

    private static Func<JsonElement, string?> PreTokenizer(IPreTokenizer splitter) => item =>
    {
        var pieces = PreTokenization.Apply(splitter, [new Piece(AlignedText.Of(item[0].GetString()!))]).Where(p => p.Text.Text.Length > 0);
        var got = pieces.Select(p => (p.Text.Text, p.Text.First, p.Text.Last)).ToList();
        var expected = item[1].EnumerateArray().Select(p => (p[0].GetString()!, p[1].GetInt32(), p[2].GetInt32())).ToList();
        return got.SequenceEqual(expected) ? null : $"expected {string.Join(' ', expected)}, got {string.Join(' ', got)}".ReplaceLineEndings("⏎");
    };

    // Where the reference crashes there is nothing to compare; ours must only answer.
    private static Func<JsonElement, string?> Decoder(Tokenizers.Decoders.IDecoder decoder) => item =>
    {
        var tokens = item[0].EnumerateArray().Select(t => t.GetString()!).ToList();
        string got = tokens.Count == 0 ? "" : string.Concat(decoder.Decode(tokens));
        return item[1].GetString() is not { } expected || got == expected ? null : GoldenJson.Difference(expected, got);
    };
}
