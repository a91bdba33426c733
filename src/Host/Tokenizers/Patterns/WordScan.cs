// Scanners of the GPT-2 pattern and of the cl100k family (Llama 3, Qwen 2, Qwen 3.5), and the parts that others share.
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Patterns;

internal static class WordScan
{
    /// <summary>One match of <see cref="KnownPatterns.Gpt2"/>.</summary>
    public static int Gpt2(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'')
        {
            int contraction = Contraction(text, start, ignoreCase: false);
            if (contraction > start) return contraction;
        }
        int word = text[start] == ' ' ? start + 1 : start;
        uint kind = CodePoints.KindAt(text, word, out _);
        if ((kind & CodePoints.Letter) != 0) return CodePoints.Run(text, word, CodePoints.Letter);
        if ((kind & CodePoints.Number) != 0) return CodePoints.Run(text, word, CodePoints.Number);
        const uint Other = ~(CodePoints.Letter | CodePoints.Number | CodePoints.White);
        return (kind & Other) != 0 ? CodePoints.Run(text, word, Other) : White(text, start);
    }

    /// <summary>One match of the cl100k family: <paramref name="letters"/> make words, digits stand in groups of up to
    /// <paramref name="maxDigits"/>, everything else forms runs that take the line ends behind them.</summary>
    public static int Words(ReadOnlySpan<char> text, int start, uint letters, int maxDigits)
    {
        if (text[start] == '\'')
        {
            int contraction = Contraction(text, start, ignoreCase: true);
            if (contraction > start) return contraction;
        }
        uint kind = CodePoints.KindAt(text, start, out int length);
        if ((kind & CodePoints.Letter) != 0) return CodePoints.Run(text, start + length, letters);
        if ((kind & CodePoints.Number) != 0) return Digits(text, start, maxDigits);
        if ((kind & CodePoints.NewLine) == 0)
        {
            int run = CodePoints.Run(text, start + length, letters);
            if (run > start + length || (kind & letters) != 0) return run;
        }
        uint other = ~(letters | CodePoints.Number | CodePoints.White);
        int end = OtherRun(text, start, other);
        return end > start ? LineEnds(text, end, slash: false) : WhiteOrLines(text, start);
    }

    /// <summary>Up to <paramref name="most"/> number characters.</summary>
    public static int Digits(ReadOnlySpan<char> text, int start, int most)
    {
        for (int i = 0; i < most; i++)
        {
            if ((CodePoints.KindAt(text, start, out int length) & CodePoints.Number) == 0) break;
            start += length;
        }
        return start;
    }

    /// <summary>An optional space and a run of <paramref name="other"/>; start when there is no such run.</summary>
    public static int OtherRun(ReadOnlySpan<char> text, int start, uint other)
    {
        int first = text[start] == ' ' ? start + 1 : start;
        int end = CodePoints.Run(text, first, other);
        return end > first ? end : start;
    }

    public static int LineEnds(ReadOnlySpan<char> text, int start, bool slash)
    {
        while (start < text.Length && (text[start] is '\r' or '\n' || (slash && text[start] == '/'))) start++;
        return start;
    }

    /// <summary>White space up to its last line end; without a line end as <see cref="White"/>.</summary>
    public static int WhiteOrLines(ReadOnlySpan<char> text, int start)
    {
        int end = CodePoints.Run(text, start, CodePoints.White);
        int line = text[start..end].LastIndexOfAny('\r', '\n');
        return line >= 0 ? start + line + 1 : White(text, start);
    }

    /// <summary>White space, all but its last character when something follows and there is more than one.</summary>
    public static int White(ReadOnlySpan<char> text, int start)
    {
        int end = CodePoints.Run(text, start, CodePoints.White);
        return end < text.Length && end - start > 1 ? end - 1 : end;
    }

    /// <summary>End of 's 't 're 've 'm 'll 'd at <paramref name="start"/>, or start. The long s folds to s.</summary>
    public static int Contraction(ReadOnlySpan<char> text, int start, bool ignoreCase)
    {
        if (start + 1 >= text.Length || text[start] != '\'') return start;
        char first = Fold(text[start + 1], ignoreCase);
        if (first is 's' or 't' or 'm' or 'd') return start + 2;
        if (start + 2 >= text.Length) return start;
        char second = Fold(text[start + 2], ignoreCase);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? start + 3 : start;
    }

    private static char Fold(char c, bool ignoreCase)
    {
        if (!ignoreCase) return c;
        return c == 'ſ' ? 's' : char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
    }
}
