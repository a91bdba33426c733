// Trains a byte-level BPE tokenizer on texts.
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.PreTokenizers;
using FastTune.Tokenizers.Training;

namespace FastTune.Tokenizers;

public static class BpeTrainer
{
    /// <summary>A byte-level tokenizer (digits one by one, then GPT-2's words) with tokens for all 256 bytes. The same texts
    /// give the same tokenizer.</summary>
    /// <param name="vocabSize">Entries of the vocabulary, special tokens included; at least 256 more than those.</param>
    /// <param name="specialTokens">They take the first ids.</param>
    /// <exception cref="UserError">The vocabulary is too small for the bytes.</exception>
    public static Tokenizer TrainByteLevel(IEnumerable<string> texts, int vocabSize, IReadOnlyList<string> specialTokens, SpecialTokens roles)
    {
        if (vocabSize < 256 + specialTokens.Count)
            throw new UserError($"a byte-level vocabulary of {vocabSize} is too small: it needs 256 bytes and {specialTokens.Count} special tokens");
        var parts = GgufPreTokenizers.Parts("smollm");
        var preTokenizer = GgufTokenizer.Pipeline(new WordLevelModel(Vocabulary.Of([]), ""), parts, []).PreTokenizer!;
        var options = new BpeTrainerOptions(vocabSize, specialTokens, InitialAlphabet: [.. ByteAlphabet.All.Select(c => c.ToString())]);
        var training = BpeTraining.Run(WordCounts(texts, normalizer: null, preTokenizer), options);
        var added = specialTokens.Select((token, id) => new AddedToken(id, token));
        var tokenizer = new Tokenizer(GgufTokenizer.Pipeline(Model(training, options), parts, added), parts, new SpecialTokens(null, null, null, null, []), null);
        return (Tokenizer)tokenizer.WithSpecial(roles);
    }

    /// <summary>How often each word occurs in the texts.</summary>
    internal static Dictionary<string, long> WordCounts(IEnumerable<string> texts, Normalizers.INormalizer? normalizer, IPreTokenizer? preTokenizer)
    {
        var counts = new Dictionary<string, long>();
        foreach (string text in texts)
        {
            var whole = AlignedText.Of(Unicode.CodePoints.WellFormed(text));
            List<Piece> pieces = [new Piece(normalizer?.Normalize(whole) ?? whole)];
            if (preTokenizer is not null) pieces = PreTokenization.Apply(preTokenizer, pieces);
            foreach (var piece in pieces)
                if (piece.Text.Text.Length > 0) counts[piece.Text.Text] = counts.GetValueOrDefault(piece.Text.Text) + 1;
        }
        return counts;
    }

    internal static BpeModel Model(BpeTraining training, BpeTrainerOptions options)
    {
        var ids = new Dictionary<string, int>();
        for (int id = 0; id < training.Vocabulary.Count; id++) ids.TryAdd(training.Vocabulary[id], id);
        int prefix = options.ContinuingSubwordPrefix?.Length ?? 0;
        var merges = training.Merges.Select((pair, rank) =>
            new Merge(pair.Left, pair.Right, ids[training.Vocabulary[pair.Left] + training.Vocabulary[pair.Right][prefix..]], rank));
        return new BpeModel(Vocabulary.Of(ids), [.. merges], new BpeOptions(ContinuingSubwordPrefix: options.ContinuingSubwordPrefix, EndOfWordSuffix: options.EndOfWordSuffix));
    }
}
