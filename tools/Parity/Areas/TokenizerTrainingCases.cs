// Checks of trained vocabularies and merges against trainers.json.
using System.Text.Json;
using FastTune.Tokenizers;
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Training;

namespace FastTune.Parity;

internal static class TokenizerTrainingCases
{
    public static IEnumerable<Case> Find(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = document.RootElement.Clone();
        if (root.ValueKind != JsonValueKind.Array) return [];
        return root.EnumerateArray().Where(item => item.Find("trainer") is not null && item.Find("texts") is not null)
            .Select(item => new Case($"training_{item.Text("name")}", () => Check(item)));
    }

    private static Verdict Check(JsonElement item)
    {
        var trainer = item.GetProperty("trainer").EnumerateObject().First();
        var normalizer = item.Find("normalizer") is { } n ? ComponentReader.Normalizer(new JsonPart(n, "normalizer")) : null;
        var splitter = item.Find("pre_tokenizer") is { } p ? ComponentReader.PreTokenizer(new JsonPart(p, "pre_tokenizer")) : null;
        var counts = BpeTrainer.WordCounts(item.Texts("texts"), normalizer, splitter);
        var settings = trainer.Name == "WordPieceTrainer" ? trainer.Value.GetProperty("bpe_trainer") : trainer.Value;
        foreach (var word in settings.Find("words")?.EnumerateObject() ?? default)
        {
            if (counts.GetValueOrDefault(word.Name) != word.Value.GetInt64())
                return Verdict.Fail($"word count of {JsonSerializer.Serialize(word.Name)}: expected {word.Value}, got {counts.GetValueOrDefault(word.Name)}");
        }
        var options = Options(settings);
        var varies = item.Texts("varies");
        switch (trainer.Name)
        {
            case "BpeTrainer":
                var training = BpeTraining.Run(counts, options);
                var merges = training.Merges.Select(m => $"{training.Vocabulary[m.Left]} {training.Vocabulary[m.Right]}").ToList();
                return Compare("vocab", item.Texts("vocab"), training.Vocabulary, varies)
                    ?? Compare("merges", [.. item.GetProperty("merges").EnumerateArray().Select(m => $"{m[0].GetString()} {m[1].GetString()}")], merges, varies) ?? Verdict.Pass();
            case "WordLevelTrainer":
                return Compare("vocab", item.Texts("vocab"), WordTraining.WordLevel(counts, options.VocabSize, options.MinFrequency, options.SpecialTokens), varies) ?? Verdict.Pass();
            case "WordPieceTrainer":
                return Compare("vocab", item.Texts("vocab"), WordTraining.WordPiece(counts, options), varies) ?? Verdict.Pass();
            case "UnigramTrainer":
                return CompareScores(item, UnigramTraining.Run(counts, UnigramOptionsOf(settings)), varies);
            default:
                return Verdict.Fail($"{trainer.Name} is not supported");
        }
    }

    private static UnigramOptions UnigramOptionsOf(JsonElement settings) => new(
        settings.GetProperty("vocab_size").GetInt32(), [.. settings.GetProperty("special_tokens").EnumerateArray().Select(t => t.Text("content")!)],
        settings.Text("unk_token"), settings.Find("initial_alphabet") is null ? [] : settings.Texts("initial_alphabet"),
        settings.Find("shrinking_factor")?.GetDouble() ?? 0.75, settings.Find("n_sub_iterations")?.GetInt32() ?? 2,
        settings.Find("max_piece_length")?.GetInt32() ?? 16, settings.Find("seed_size")?.GetInt32() ?? 1_000_000);

    /// <summary>The same pieces with the same scores. Where the file says that they vary, a score may differ by the order in which
    /// the reference meets characters (0.0001 each, for those without a score of their own) and pieces of equal score may stand in any order.</summary>
    private static Verdict CompareScores(JsonElement item, List<(string Text, double Score)> got, IReadOnlyList<string> varies)
    {
        var expected = item.GetProperty("vocab_scores").EnumerateArray().Select(e => (Text: e[0].GetString()!, Score: e[1].GetDouble())).ToList();
        if (expected.Count != got.Count) return Verdict.Fail($"expected {expected.Count} pieces, got {got.Count}");
        var scores = got.ToDictionary(piece => piece.Text, piece => piece.Score);
        bool vary = varies.Contains("vocab_scores");
        double largest = 0;
        foreach (var (text, score) in expected)
        {
            if (!scores.TryGetValue(text, out double mine)) return Verdict.Fail($"piece {JsonSerializer.Serialize(text)} ({score}) is missing; surplus: {string.Join(' ', scores.Keys.Except(expected.Select(e => e.Text)))}");
            double tolerance = !vary ? 1e-9 : text.EnumerateRunes().Count() == 1 ? 0.0001 * expected.Count : 1e-6;
            if (Math.Abs(mine - score) > tolerance) return Verdict.Fail($"piece {JsonSerializer.Serialize(text)}: expected {score}, got {mine}");
            largest = Math.Max(largest, Math.Abs(mine - score));
        }
        return Verdict.Pass(largest, $"{got.Count} pieces");
    }

    private static BpeTrainerOptions Options(JsonElement settings) => new(
        settings.GetProperty("vocab_size").GetInt32(),
        [.. settings.GetProperty("special_tokens").EnumerateArray().Select(t => t.Text("content")!)],
        settings.Find("min_frequency")?.GetInt64() ?? 0, settings.Find("limit_alphabet")?.GetInt32(),
        settings.Find("initial_alphabet") is null ? [] : settings.Texts("initial_alphabet"),
        settings.Text("continuing_subword_prefix"), settings.Text("end_of_word_suffix"), settings.Find("max_token_length")?.GetInt32());

    /// <summary>Fields that change from run to run of the reference are compared by size only.</summary>
    private static Verdict? Compare(string name, IReadOnlyList<string> expected, IReadOnlyList<string> got, IReadOnlyList<string> varies)
    {
        if (varies.Contains(name)) return expected.Count == got.Count ? null : Verdict.Fail($"{name}: expected {expected.Count} entries, got {got.Count}");
        int at = expected.Zip(got).TakeWhile(pair => pair.First == pair.Second).Count();
        return at == expected.Count && at == got.Count ? null
            : Verdict.Fail($"{name} differs at {at}: expected {expected.ElementAtOrDefault(at)}, got {got.ElementAtOrDefault(at)} ({expected.Count} and {got.Count} entries)");
    }
}
