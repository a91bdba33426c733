// Small readers that the tool formats share: thoughts cut off, marks skipped, values between marks.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class ToolText
{
    /// <summary>A JSON line a tool, each by <paramref name="form"/>.</summary>
    public static string JsonLines(IReadOnlyList<PyDict> tools, Func<PyDict, PyDict> form) =>
        string.Concat(tools.Select(tool => "\n" + PyJsonWriter.Write(form(tool))));

    /// <summary>A text as it is, any other value as JSON.</summary>
    public static string Unquoted(object value) => value as string ?? PyJsonWriter.Write(value);

    /// <summary>What follows the last closed thought.</summary>
    public static string AfterThought(string output)
    {
        const string Close = "</think>";
        int at = output.LastIndexOf(Close, StringComparison.Ordinal);
        return at < 0 ? output : output[(at + Close.Length)..];
    }

    public static int SkipSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at;
    }

    public static bool Has(string text, int at, string mark) => string.CompareOrdinal(text, at, mark, 0, mark.Length) == 0;

    /// <summary>Place of a closing mark that is followed, white space aside, by one of <paramref name="next"/>: the same mark inside a value is not.</summary>
    public static int FindClose(string text, int at, string close, params ReadOnlySpan<string> next)
    {
        for (int end = text.IndexOf(close, at, StringComparison.Ordinal); end >= 0; end = text.IndexOf(close, end + 1, StringComparison.Ordinal))
        {
            int after = SkipSpace(text, end + close.Length);
            foreach (string mark in next)
                if (Has(text, after, mark)) return end;
        }
        return -1;
    }

    /// <summary>The calls of an answer that ends with JSON, text in front of it aside; null when that JSON is no list of calls.</summary>
    public static List<Call>? JsonAtEnd(string output, string argumentsKey)
    {
        string text = AfterThought(output);
        int start = text.AsSpan().IndexOfAny('{', '[');
        if (start < 0 || PyJsonReader.TryRead(text.AsSpan(start)) is not { } value) return null;
        var items = value as List<object> ?? [value];
        var calls = items.Select(item => ToolFormats.AsCall(item, argumentsKey)).OfType<Call>().ToList();
        return calls.Count == items.Count ? calls : null;
    }
}
