// Pre-tokenizers that look at more than one pattern: BERT's, by script, by fixed length; and the classes that the others split at.
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.Regexes;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.PreTokenizers;

/// <summary>The classes of code points that pre-tokenizers split at.</summary>
internal static class SplitClasses
{
    public static readonly ClassPattern White = new(CodePoints.IsWhite);

    /// <summary>\w+|[^\w\s]+ in Rust's reading: runs of word characters, and runs of what is neither word nor white.</summary>
    public static readonly Scanner Words = new(static (text, start) =>
    {
        int first = WordKind(CodePoints.At(text, start, out int length));
        if (first == 0) return start;
        int end = start + length;
        while (end < text.Length && WordKind(CodePoints.At(text, end, out length)) == first) end += length;
        return end;
    });

    public static readonly ClassPattern Punctuation = new(IsPunctuation);

    // Numbers of Unicode 17, two blocks more than .NET 10 knows.
    public static readonly ClassPattern Digits = new(static c =>
        (CodePoints.Kind(c) & CodePoints.Number) != 0 || c is >= 0x11DE0 and <= 0x11DE9 or >= 0x16FF4 and <= 0x16FF6);

    private static int WordKind(int c) => ClassNames.IsWordOrJoiner(c) ? 1 : CodePoints.IsWhite(c) ? 0 : 2;

    // Punctuation of Unicode 8 and ASCII's symbols.
    private static bool IsPunctuation(int c)
    {
        if (c < 0x80) return char.IsPunctuation((char)c) || char.IsSymbol((char)c);
        if (c is 0x166D or 0x111C9) return true;
        return (CodePoints.Kind(c) & CodePoints.Punctuation) != 0 && Scripts.InUnicode9(c) && !SinceUnicode9(c);
    }

    private static bool SinceUnicode9(int c) => c is 0x2E43 or 0x2E44 or >= 0x1144B and <= 0x1145D
        or >= 0x11660 and <= 0x1166C or >= 0x11C41 and <= 0x11C45 or 0x11C70 or 0x11C71 or 0x1E95E or 0x1E95F;
}

internal sealed class BertPreTokenizer : IPreTokenizer
{
    private static readonly SequencePreTokenizer Both = new(
        [new SplitPreTokenizer(SplitClasses.White, SplitBehavior.Removed), new SplitPreTokenizer(SplitClasses.Punctuation, SplitBehavior.Isolated)]);

    public void Split(AlignedText text, List<AlignedText> parts) => Both.Split(text, parts);
}

/// <summary>A part ends where the script changes. Kana count as Han; a space goes with either side.</summary>
internal sealed class UnicodeScriptsPreTokenizer : IPreTokenizer
{
    private const string Any = "Any";

    public void Split(AlignedText text, List<AlignedText> parts)
    {
        string? last = null;
        bool begun = false;
        int start = 0;
        for (int i = 0; i < text.Text.Length;)
        {
            string script = ScriptOf(CodePoints.At(text.Text, i, out int length));
            if (script != Any && (!begun || last != script))
            {
                if (begun) parts.Add(text.Slice(start, i));
                start = i;
                begun = true;
            }
            if (script != Any) last = script;
            i += length;
        }
        if (begun) parts.Add(text.Slice(start, text.Text.Length));
    }

    private static string ScriptOf(int codePoint)
    {
        if (codePoint == 0x30FC) return "Han";
        if (codePoint == ' ') return Any;
        string script = Scripts.Unicode9Script(codePoint) ?? Any;
        return script is "Hiragana" or "Katakana" ? "Han" : script;
    }
}

internal sealed class FixedLengthPreTokenizer(int length) : IPreTokenizer
{
    public void Split(AlignedText text, List<AlignedText> parts)
    {
        int start = 0, count = 0;
        for (int i = 0; i < text.Text.Length;)
        {
            CodePoints.At(text.Text, i, out int units);
            i += units;
            if (++count < length && i < text.Text.Length) continue;
            parts.Add(text.Slice(start, i));
            (start, count) = (i, 0);
        }
    }
}
