// Scanners of DeepSeek V3's patterns: CJK runs, and words that take a punctuation mark with ASCII letters or a leading character.
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Patterns;

internal static class DeepSeekScan
{
    /// <summary>One match of <see cref="KnownPatterns.DeepSeekCjk"/>.</summary>
    public static int Cjk(ReadOnlySpan<char> text, int start)
    {
        while (start < text.Length && text[start] is >= '一' and <= '龥' or >= '\u3040' and <= 'ヿ') start++;
        return start;
    }

    /// <summary>One match of <see cref="KnownPatterns.DeepSeek3"/>, or start: digits and controls match nowhere.</summary>
    public static int Words(ReadOnlySpan<char> text, int start)
    {
        int end = start + 1;
        if (char.IsAscii(text[start]) && (char.IsPunctuation(text[start]) || char.IsSymbol(text[start])))
        {
            while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
            if (end > start + 1) return end;
        }
        const uint Word = CodePoints.Letter | CodePoints.Mark, Sign = CodePoints.Punctuation | CodePoints.Symbol;
        uint kind = CodePoints.KindAt(text, start, out int length);
        if ((kind & CodePoints.Letter) != 0) return CodePoints.Run(text, start, Word);
        if ((kind & (CodePoints.NewLine | Sign)) == 0)
        {
            end = CodePoints.Run(text, start + length, Word);
            if (end > start + length || (kind & Word) != 0) return end;
        }
        end = WordScan.OtherRun(text, start, Sign);
        if (end > start) return WordScan.LineEnds(text, end, slash: false);
        return (kind & CodePoints.White) != 0 ? WordScan.WhiteOrLines(text, start) : start;
    }
}
