// Work on texts that methods and filters share: stripping, splitting, replacing, lines, padding.
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class StringText
{
    private const string LineEnds = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029";

    public static string Strip(string text, string? characters, bool start, bool end)
    {
        if (characters is null) return start && end ? PyStrings.Trim(text) : start ? PyStrings.TrimStart(text) : PyStrings.TrimEnd(text);
        var set = PyText.Runes(characters).ToHashSet();
        var runes = PyText.Runes(text).ToList();
        int from = 0, to = runes.Count;
        while (start && from < to && set.Contains(runes[from])) from++;
        while (end && to > from && set.Contains(runes[to - 1])) to--;
        return PyStrings.OfRunes(runes[from..to]);
    }

    public static List<object> Split(string text, string? separator, int most, bool fromEnd, Budget budget)
    {
        budget.Charge(text.Length);
        if (separator is null) return fromEnd ? WordsFromEnd(text, most) : Words(text, most);
        if (separator.Length == 0) throw PyError.Value("empty separator");
        string[] parts = text.Split(separator);
        if (most < 0 || parts.Length <= most + 1) return [.. parts];
        return fromEnd
            ? [string.Join(separator, parts[..^most]), .. parts[^most..]]
            : [.. parts[..most], string.Join(separator, parts[most..])];
    }

    public static IEnumerable<string> Lines(string text, bool keepEnds)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = text.AsSpan(start).IndexOfAny(LineEnds) is var found and >= 0 ? start + found : text.Length;
            int next = end == text.Length ? end : end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
            yield return text[start..(keepEnds ? next : end)];
            start = next;
        }
    }

    public static string Replace(string text, string old, string with, int most, Budget budget)
    {
        if (old.Length == 0) return Insert(text, with, most, budget);
        var builder = new StringBuilder();
        int at = 0;
        for (int found = text.IndexOf(old, StringComparison.Ordinal); found >= 0 && most != 0; found = text.IndexOf(old, at, StringComparison.Ordinal), most--)
        {
            budget.Charge(with.Length);
            builder.Append(text, at, found - at).Append(with);
            at = found + old.Length;
        }
        budget.Charge(text.Length);
        return builder.Append(text, at, text.Length - at).ToString();
    }

    public static object Join(string separator, object items, Budget budget)
    {
        var builder = new StringBuilder();
        int place = 0;
        foreach (object item in Iteration.Of(items))
        {
            string text = PyOrder.AsText(item) ?? throw PyError.Type($"sequence item {place}: expected str instance, {PyType.Name(item)} found");
            budget.Charge(text.Length + separator.Length);
            if (place++ > 0) builder.Append(separator);
            builder.Append(text);
        }
        return builder.ToString();
    }

    // CPython puts the odd blank on the left only when the width is odd too.
    public static string Center(string text, int width, string fill)
    {
        int missing = width - PyStrings.Length(text);
        if (missing <= 0) return text;
        int left = (missing / 2) + (missing & width & 1);
        return string.Concat(Enumerable.Repeat(fill, left)) + text + string.Concat(Enumerable.Repeat(fill, missing - left));
    }

    public static string ExpandTabs(string text, int size, Budget budget)
    {
        var builder = new StringBuilder();
        int column = 0;
        foreach (int rune in PyText.Runes(text))
        {
            if (rune == '\t')
            {
                int blanks = size > 0 ? size - (column % size) : 0;
                budget.Charge(blanks);
                builder.Append(' ', blanks);
                column += blanks;
                continue;
            }
            builder.Append(PyStrings.OfRune(rune));
            column = rune is '\n' or '\r' ? 0 : column + 1;
        }
        return builder.ToString();
    }

    public static bool IsLower(string text) => PyText.Runes(text).Any(PyCase.IsCased) && !PyText.Runes(text).Any(PyCase.IsUpper);

    public static bool IsUpper(string text) => PyText.Runes(text).Any(PyCase.IsCased) && !PyText.Runes(text).Any(PyCase.IsLower);

    private static string Insert(string text, string with, int most, Budget budget)
    {
        var builder = new StringBuilder();
        budget.Charge((long)with.Length * (text.Length + 1));
        foreach (int rune in PyText.Runes(text))
        {
            if (most-- != 0) builder.Append(with);
            else most = 0;
            builder.Append(PyStrings.OfRune(rune));
        }
        return most != 0 ? builder.Append(with).ToString() : builder.ToString();
    }

    private static List<object> Words(string text, int most)
    {
        var words = new List<object>();
        for (int at = 0; ;)
        {
            while (at < text.Length && PyStrings.IsSpace(text[at])) at++;
            if (at == text.Length) return words;
            if (most >= 0 && words.Count == most)
            {
                words.Add(PyStrings.TrimEnd(text[at..]));
                return words;
            }
            int start = at;
            while (at < text.Length && !PyStrings.IsSpace(text[at])) at++;
            words.Add(text[start..at]);
        }
    }

    private static List<object> WordsFromEnd(string text, int most)
    {
        var words = new List<object>();
        for (int at = text.Length; ;)
        {
            while (at > 0 && PyStrings.IsSpace(text[at - 1])) at--;
            if (at == 0) break;
            if (most >= 0 && words.Count == most)
            {
                words.Add(PyStrings.TrimStart(text[..at]));
                break;
            }
            int end = at;
            while (at > 0 && !PyStrings.IsSpace(text[at - 1])) at--;
            words.Add(text[at..end]);
        }
        words.Reverse();
        return words;
    }
}
