// Settings of BPE training; names and meanings as in the tokenizers library.
namespace FastTune.Tokenizers;

/// <param name="VocabSize">Entries at which training stops, special tokens and alphabet included.</param>
/// <param name="SpecialTokens">They take the first ids.</param>
/// <param name="MinFrequency">Training stops at the first pair that occurs less often.</param>
/// <param name="LimitAlphabet">Most single characters to keep, the frequent ones first; null: all.</param>
/// <param name="InitialAlphabet">Characters that get a token even if they do not occur.</param>
/// <param name="MaxTokenLength">Longest token in characters; null: any.</param>
public sealed record BpeTrainerOptions(
    int VocabSize, IReadOnlyList<string> SpecialTokens, long MinFrequency = 0, int? LimitAlphabet = null,
    IReadOnlyList<string>? InitialAlphabet = null, string? ContinuingSubwordPrefix = null, string? EndOfWordSuffix = null, int? MaxTokenLength = null);
