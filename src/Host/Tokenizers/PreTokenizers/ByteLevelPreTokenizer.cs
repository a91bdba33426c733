// GPT-2's byte-level pre-tokenizer: the word pattern, then every byte as a character of the alphabet.
using FastTune.Tokenizers.Normalizers;
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.PreTokenizers;

internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : IPreTokenizer
{
    private static readonly SplitPreTokenizer Words = new(KnownPatterns.Find(KnownPatterns.Gpt2)!, SplitBehavior.Isolated);
    private static readonly ByteLevelNormalizer Bytes = new();

    public bool AddPrefixSpace => addPrefixSpace;

    /// <summary>The word pattern that it splits with, or null when it only maps bytes.</summary>
    public IPattern? WordPattern => useRegex ? Words.Pattern : null;

    public void Split(AlignedText text, List<AlignedText> parts)
    {
        if (addPrefixSpace && !text.Text.StartsWith(' ')) text = text.Prepend(" ");
        int first = parts.Count;
        if (useRegex) Words.Split(text, parts); else parts.Add(text);
        for (int i = first; i < parts.Count; i++) parts[i] = Bytes.Normalize(parts[i]);
    }
}
