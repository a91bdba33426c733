// The vocabularies that need little learning: WordLevel counts words, WordPiece is BPE's vocabulary with marked continuations.
namespace FastTune.Tokenizers.Training;

internal static class WordTraining
{
    /// <summary>Special tokens, then the most frequent words; equal counts in order of the word's text.</summary>
    public static List<string> WordLevel(IReadOnlyDictionary<string, long> counts, int vocabSize, long minFrequency, IReadOnlyList<string> specialTokens)
    {
        var frequent = counts.Where(w => w.Value >= minFrequency).OrderByDescending(w => w.Value).ThenBy(w => w.Key, StringComparer.Ordinal).Select(w => w.Key);
        return [.. specialTokens.Concat(frequent.Where(w => !specialTokens.Contains(w))).Take(vocabSize)];
    }

    /// <summary>WordPiece's vocabulary in id order; continuations carry ## unless the options name another prefix.</summary>
    public static List<string> WordPiece(IReadOnlyDictionary<string, long> counts, BpeTrainerOptions options) =>
        BpeTraining.Run(counts, options with { ContinuingSubwordPrefix = options.ContinuingSubwordPrefix ?? "##" }).Vocabulary;
}
