// Text from data, models and files made safe to show on a terminal.
using System.Globalization;
using System.Text;

namespace FastTune;

/// <summary>Control characters could move the cursor, recolour or reprogram a terminal: they are shown as escapes, never sent.</summary>
public static class Printable
{
    /// <summary><paramref name="text"/> on one line: line feeds and tabs are escaped too.</summary>
    public static string Line(string text) => Escape(text, keepLines: false);

    /// <summary><paramref name="text"/> with its line feeds and tabs.</summary>
    public static string Text(string text) => Escape(text, keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        int first = 0;
        while (first < text.Length && !IsUnsafe(text[first], keepLines)) first++;
        if (first == text.Length) return text;
        var safe = new StringBuilder(text, 0, first, text.Length + 16);
        foreach (char letter in text.AsSpan(first))
        {
            if (IsUnsafe(letter, keepLines)) safe.Append(Escaped(letter)); else safe.Append(letter);
        }
        return safe.ToString();
    }

    /// <summary>C0 and C1 controls, line separators, and the marks that reorder text on screen.</summary>
    private static bool IsUnsafe(char letter, bool keepLines) =>
        char.IsControl(letter) ? !(keepLines && letter is '\n' or '\t')
        : letter is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static string Escaped(char letter) => letter switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => "\\u" + ((int)letter).ToString("x4", CultureInfo.InvariantCulture),
    };
}
