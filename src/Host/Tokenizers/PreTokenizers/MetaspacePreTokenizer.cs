// SentencePiece's way: spaces become a visible character, one is put in front, and words begin at it.
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.PreTokenizers;

/// <summary>When the replacement is put in front: never, before every piece, or before the text's first piece.</summary>
internal enum PrependScheme : byte { Never, Always, First }

internal sealed class MetaspacePreTokenizer(string replacement, PrependScheme scheme, bool split) : IPreTokenizer
{
    private static readonly LiteralPattern Space = new(" ");
    private readonly SplitPreTokenizer words = new(new LiteralPattern(replacement), SplitBehavior.MergedWithNext);

    public void Split(AlignedText text, List<AlignedText> parts)
    {
        text = text.Replace(Space, replacement);
        bool prepend = scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.First == 0);
        if (prepend && !text.Text.StartsWith(replacement, StringComparison.Ordinal)) text = text.Prepend(replacement);
        if (split) words.Split(text, parts); else parts.Add(text);
    }
}
