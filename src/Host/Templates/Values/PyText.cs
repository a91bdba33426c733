// str() and repr() of every value, with Python's rules for quotes and for characters that do not print.
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace FastTune.Templates.Values;

internal static class PyText
{
    public static string Str(object value) => value switch
    {
        string text => text,
        IPyValue other => other.Str(),
        _ => Repr(value),
    };

    public static string Repr(object value)
    {
        if (Simple(value) is { } simple) return simple;
        var builder = new StringBuilder();
        Append(builder, value);
        return builder.ToString();
    }

    /// <summary>repr() of a str: single quotes, unless the text has some and no double ones.</summary>
    public static string Quoted(string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var builder = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var rune in Runes(text))
        {
            if (rune == quote || rune == '\\') builder.Append('\\').Append((char)rune);
            else if (rune == '\n') builder.Append("\\n");
            else if (rune == '\r') builder.Append("\\r");
            else if (rune == '\t') builder.Append("\\t");
            else if (Printable(rune)) builder.Append(char.ConvertFromUtf32(rune));
            else if (rune < 0x100) builder.Append(CultureInfo.InvariantCulture, $"\\x{rune:x2}");
            else if (rune < 0x10000) builder.Append(CultureInfo.InvariantCulture, $"\\u{rune:x4}");
            else builder.Append(CultureInfo.InvariantCulture, $"\\U{rune:x8}");
        }
        return builder.Append(quote).ToString();
    }

    /// <summary>The code points of a text; a lone surrogate counts as one.</summary>
    public static IEnumerable<int> Runes(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                yield return char.ConvertToUtf32(text[i], text[++i]);
            else yield return text[i];
        }
    }

    /// <summary>Python's isprintable() of one code point.</summary>
    public static bool Printable(int rune)
    {
        if (rune is >= 0xD800 and <= 0xDFFF) return false;
        return rune == ' ' || CharUnicodeInfo.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator);
    }

    private static string? Simple(object value) => value switch
    {
        PyNone => "None",
        bool flag => flag ? "True" : "False",
        BigInteger number => PyNumber.Text(number),
        double number => PyNumber.Text(number),
        string text => Quoted(text),
        IPyValue other => other.Repr(),
        _ => null,
    };

    private static void Append(StringBuilder builder, object value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case List<object> list:
                AppendItems(builder.Append('['), list).Append(']');
                break;
            case PyTuple tuple:
                AppendItems(builder.Append('('), tuple.Items).Append(tuple.Items.Count == 1 ? ",)" : ")");
                break;
            case PyDict dict:
                AppendEntries(builder.Append('{'), dict).Append('}');
                break;
            default:
                builder.Append(Simple(value) ?? $"<{value.GetType().Name}>");
                break;
        }
    }

    private static StringBuilder AppendItems(StringBuilder builder, IReadOnlyList<object> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) builder.Append(", ");
            Append(builder, items[i]);
        }
        return builder;
    }

    private static StringBuilder AppendEntries(StringBuilder builder, PyDict dict)
    {
        int i = 0;
        foreach (var (key, value) in dict.Items)
        {
            if (i++ > 0) builder.Append(", ");
            Append(builder, key);
            builder.Append(": ");
            Append(builder, value);
        }
        return builder;
    }
}
