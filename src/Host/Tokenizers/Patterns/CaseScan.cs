// Scanner of the o200k family (GPT-4o, gpt-oss, Mistral's Tekken), whose words end where lower case turns to upper.
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Patterns;

internal static class CaseScan
{
    private const uint Both = CodePoints.Lm | CodePoints.Lo | CodePoints.Mark;
    private const uint Upper = CodePoints.Lu | CodePoints.Lt | Both;
    private const uint Lower = CodePoints.Ll | Both;

    /// <summary>One match of <see cref="KnownPatterns.O200k"/> (or of Tekken's, which has no contractions).</summary>
    public static int Words(ReadOnlySpan<char> text, int start, int maxDigits, bool contractions)
    {
        uint kind = CodePoints.KindAt(text, start, out int length);
        bool prefix = (kind & (CodePoints.Letter | CodePoints.Number | CodePoints.NewLine)) == 0;
        int end = Word(text, start, prefix ? start + length : start);
        if (end > start) return contractions ? WordScan.Contraction(text, end, ignoreCase: true) : end;
        if ((kind & CodePoints.Number) != 0) return WordScan.Digits(text, start, maxDigits);
        end = WordScan.OtherRun(text, start, ~(CodePoints.Letter | CodePoints.Number | CodePoints.White));
        return end > start ? WordScan.LineEnds(text, end, slash: true) : WordScan.WhiteOrLines(text, start);
    }

    /// <summary>The two word alternatives, each first behind the prefix character and then at the start itself.</summary>
    private static int Word(ReadOnlySpan<char> text, int start, int behind)
    {
        int end = LowerEnding(text, behind);
        if (end < 0 && behind > start) end = LowerEnding(text, start);
        if (end < 0) end = UpperBeginning(text, behind);
        if (end < 0 && behind > start) end = UpperBeginning(text, start);
        return end < 0 ? start : end;
    }

    /// <summary>Upper* Lower+: greedy, giving back upper characters until one that is lower too; -1 when none fits.</summary>
    private static int LowerEnding(ReadOnlySpan<char> text, int start)
    {
        int index = start, fallback = -1;
        while (true)
        {
            uint kind = CodePoints.KindAt(text, index, out int length);
            if ((kind & Upper) == 0) break;
            index += length;
            if ((kind & Lower) != 0) fallback = index;
        }
        int end = CodePoints.Run(text, index, Lower);
        return end > index ? end : fallback;
    }

    /// <summary>Upper+ Lower*; -1 when there is no upper character.</summary>
    private static int UpperBeginning(ReadOnlySpan<char> text, int start)
    {
        int end = CodePoints.Run(text, start, Upper);
        return end > start ? CodePoints.Run(text, end, Lower) : -1;
    }
}
