// Character classes of the reference's regex engine (Unicode 16), by code point, as bit masks over general categories.
using System.Globalization;

namespace FastTune.Tokenizers.Unicode;

/// <summary>Kinds of code points. A kind is one bit: the general category's number, except that control white space
/// (tab, vertical tab, form feed, U+0085) is bit 30 and carriage return and line feed are bit 31.</summary>
internal static class CodePoints
{
    public const uint Lu = 1u << 0, Ll = 1u << 1, Lt = 1u << 2, Lm = 1u << 3, Lo = 1u << 4;
    public const uint Letter = 0x1F, Mark = 0x7u << 5, NonSpacingMark = 1u << 5, Number = 0x7u << 8, DecimalDigit = 1u << 8, LetterNumber = 1u << 9;
    public const uint Punctuation = 0x7Fu << 18, ConnectorPunctuation = 1u << 18, Symbol = 0xFu << 25;
    public const uint NewLine = 1u << 31, White = 0x7u << 11 | 1u << 30 | NewLine;
    public const int Last = 0x10FFFF;
    private const byte ControlWhite = 30, Line = 31;

    private static readonly byte[] Bmp = BuildBmp();

    /// <summary>The one bit that says what kind of code point this is.</summary>
    public static uint Kind(int codePoint) =>
        1u << (codePoint < 0x10000 ? Bmp[codePoint] : (int)CharUnicodeInfo.GetUnicodeCategory(codePoint));

    /// <summary>Kind of the code point at <paramref name="index"/> and its length in UTF-16 units; 0 at the end.</summary>
    public static uint KindAt(ReadOnlySpan<char> text, int index, out int length)
    {
        if ((uint)index >= (uint)text.Length)
        {
            length = 0;
            return 0;
        }
        char c = text[index];
        if (!char.IsSurrogate(c))
        {
            length = 1;
            return 1u << Bmp[c];
        }
        return Kind(At(text, index, out length));
    }

    /// <summary>Code point at <paramref name="index"/>; a lone surrogate counts as itself.</summary>
    public static int At(ReadOnlySpan<char> text, int index, out int length)
    {
        char c = text[index];
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[index + 1]);
        }
        length = 1;
        return c;
    }

    /// <summary>End of the run of code points from <paramref name="index"/> whose kind is in <paramref name="mask"/>.</summary>
    public static int Run(ReadOnlySpan<char> text, int index, uint mask)
    {
        while ((KindAt(text, index, out int length) & mask) != 0) index += length;
        return index;
    }

    public static bool IsWhite(int codePoint) => (Kind(codePoint) & White) != 0;

    /// <summary>Number of code points in a well-formed text.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        foreach (char c in text)
            if (char.IsLowSurrogate(c)) count--;
        return count;
    }

    /// <summary>The text with lone surrogates replaced by U+FFFD: what remains is what UTF-8 can express.</summary>
    public static string WellFormed(string text)
    {
        int index = 0;
        while (index < text.Length && !char.IsSurrogate(text[index])) index++;
        if (index == text.Length) return text;
        bool broken = false;
        for (; index < text.Length && !broken; index++)
        {
            if (!char.IsSurrogate(text[index])) continue;
            if (At(text, index, out int length) >= 0 && length == 2) index++; else broken = true;
        }
        return broken ? System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)) : text;
    }

    private static byte[] BuildBmp()
    {
        var table = new byte[0x10000];
        for (int c = 0; c < table.Length; c++) table[c] = (byte)CharUnicodeInfo.GetUnicodeCategory((char)c);
        table['\t'] = table['\v'] = table['\f'] = table[0x85] = ControlWhite;
        table['\r'] = table['\n'] = Line;
        return table;
    }
}
