// White space and code points as Python's str sees them.
using System.Text;

namespace FastTune.Templates.Values;

internal static class PyStrings
{
    /// <summary>Python's isspace() of one character: Unicode white space plus the separators 0x1c to 0x1f.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    public static string TrimStart(string text)
    {
        int start = 0;
        while (start < text.Length && IsSpace(text[start])) start++;
        return text[start..];
    }

    public static string TrimEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1])) end--;
        return text[..end];
    }

    public static string Trim(string text) => TrimStart(TrimEnd(text));

    /// <summary>True when every character is its own code point: then places are the same in both.</summary>
    public static bool IsSimple(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0;

    /// <summary>Number of code points.</summary>
    public static int Length(string text) => IsSimple(text) ? text.Length : PyText.Runes(text).Count();

    /// <summary>The code points, each as a text.</summary>
    public static List<object> Characters(string text) => [.. PyText.Runes(text).Select(OfRune)];

    public static string OfRune(int rune) => rune < 0x10000 ? ((char)rune).ToString() : char.ConvertFromUtf32(rune);

    public static string OfRunes(IEnumerable<int> runes)
    {
        var builder = new StringBuilder();
        foreach (int rune in runes) builder.Append(OfRune(rune));
        return builder.ToString();
    }

    /// <summary>Place in UTF-16 units of a place in code points.</summary>
    public static int ToUnits(string text, int place)
    {
        if (IsSimple(text)) return Math.Min(place, text.Length);
        int at = 0;
        for (; place > 0 && at < text.Length; place--) at += char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
        return at;
    }

    /// <summary>Place in code points of a place in UTF-16 units.</summary>
    public static int ToPlace(string text, int units) => IsSimple(text) ? units : Length(text[..units]);
}
