// Python's escapes in string literals, as Jinja2 decodes them: \n, \x41, \u00e9, \N{BULLET}, octal; unknown ones stay.
using System.Globalization;
using System.Text;

namespace FastTune.Templates.Jinja;

internal static class PyEscapes
{
    private const string From = "abfnrtv\\'\"", To = "\a\b\f\n\r\t\v\\'\"";

    // Names that templates use; the full table of Unicode names is not part of .NET.
    private static readonly Dictionary<string, string> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BULLET"] = "•",
        ["EM DASH"] = "—",
        ["EN DASH"] = "–",
        ["HORIZONTAL ELLIPSIS"] = "…",
        ["NO-BREAK SPACE"] = "\u00a0",
        ["ZERO WIDTH SPACE"] = "\u200b",
        ["LEFT DOUBLE QUOTATION MARK"] = "“",
        ["RIGHT DOUBLE QUOTATION MARK"] = "”",
        ["LEFT SINGLE QUOTATION MARK"] = "‘",
        ["RIGHT SINGLE QUOTATION MARK"] = "’",
        ["RIGHTWARDS ARROW"] = "→",
        ["LEFTWARDS ARROW"] = "←",
        ["CHECK MARK"] = "✓",
        ["COPYRIGHT SIGN"] = "©",
        ["DEGREE SIGN"] = "°",
        ["EURO SIGN"] = "€",
        ["SNOWMAN"] = "☃",
        ["SPACE"] = " ",
        ["GRINNING FACE"] = "😀",
        ["LATIN SMALL LETTER E WITH ACUTE"] = "é",
    };

    /// <summary>The text with its escapes decoded, or null when one is broken.</summary>
    public static string? Decode(string raw)
    {
        if (!raw.Contains('\\')) return raw;
        var builder = new StringBuilder(raw.Length);
        for (int at = 0; at < raw.Length;)
        {
            if (raw[at] != '\\') builder.Append(raw[at++]);
            else if ((at = DecodeOne(raw, at + 1, builder)) < 0) return null;
        }
        return builder.ToString();
    }

    // Decodes what follows a backslash; the place behind it, or -1.
    private static int DecodeOne(string raw, int at, StringBuilder builder)
    {
        if (at >= raw.Length) return -1;
        char c = raw[at];
        int simple = From.IndexOf(c);
        if (simple >= 0)
        {
            builder.Append(To[simple]);
            return at + 1;
        }
        if (c == '\n') return at + 1;
        if (c is >= '0' and <= '7') return Octal(raw, at, builder);
        if (c == 'N') return Name(raw, at, builder);
        int digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0) return Hex(raw, at + 1, digits, builder);
        builder.Append('\\');
        return at;
    }

    private static int Octal(string raw, int at, StringBuilder builder)
    {
        int value = 0, end = at;
        while (end < raw.Length && end < at + 3 && raw[end] is >= '0' and <= '7') value = (value * 8) + raw[end++] - '0';
        builder.Append((char)value);
        return end;
    }

    private static int Hex(string raw, int at, int digits, StringBuilder builder)
    {
        if (at + digits > raw.Length || !uint.TryParse(raw.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint rune)) return -1;
        if (rune > 0x10FFFF) return -1;
        if (rune < 0x10000) builder.Append((char)rune);
        else builder.Append(char.ConvertFromUtf32((int)rune));
        return at + digits;
    }

    private static int Name(string raw, int at, StringBuilder builder)
    {
        int end = raw.IndexOf('}', at);
        if (end < 0 || at + 1 >= raw.Length || raw[at + 1] != '{' || !Named.TryGetValue(raw[(at + 2)..end], out string? text)) return -1;
        builder.Append(text);
        return end + 1;
    }
}
