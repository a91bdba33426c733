// json.dumps of Python: ", " and ": " between items, floats by shortest repr, integers of any size, keys made text.
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace FastTune.Templates.Values;

/// <summary>What json.dumps may be asked for.</summary>
/// <param name="EnsureAscii">Writes every character beyond ASCII as \uXXXX.</param>
/// <param name="Indent">Text of one level of indentation; null: all on one line.</param>
/// <param name="ItemSeparator">Between items; null: ", ", or "," with an indent.</param>
/// <param name="KeySeparator">Between key and value.</param>
/// <param name="SortKeys">Sorts the keys of every object.</param>
internal sealed record PyJsonOptions(
    bool EnsureAscii = false, string? Indent = null, string? ItemSeparator = null, string KeySeparator = ": ", bool SortKeys = false)
{
    public static readonly PyJsonOptions Compact = new();

    public static readonly PyJsonOptions Indented = new(Indent: "    ");
}

internal static class PyJsonWriter
{
    public static string Write(object value) => Write(value, PyJsonOptions.Compact);

    public static string Write(object value, PyJsonOptions options)
    {
        var builder = new StringBuilder();
        Append(builder, value, options, 0);
        return builder.ToString();
    }

    private static void Append(StringBuilder builder, object value, PyJsonOptions options, int level)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case List<object> list: AppendItems(builder, list, options, level); break;
            case PyTuple tuple: AppendItems(builder, tuple.Items, options, level); break;
            case PyDict dict: AppendEntries(builder, dict, options, level); break;
            case string text: AppendText(builder, text, options.EnsureAscii); break;
            case IPyText text: AppendText(builder, text.Text, options.EnsureAscii); break;
            default: builder.Append(Scalar(value) ?? throw NotSerializable(value)); break;
        }
    }

    private static string? Scalar(object value) => value switch
    {
        PyNone => "null",
        bool flag => flag ? "true" : "false",
        BigInteger number => PyNumber.Text(number),
        double number when double.IsNaN(number) => "NaN",
        double number when double.IsInfinity(number) => number > 0 ? "Infinity" : "-Infinity",
        double number => PyNumber.Text(number),
        _ => null,
    };

    private static PyError NotSerializable(object value) =>
        PyError.Type($"Object of type {PyType.Name(value)} is not JSON serializable");

    private static void AppendItems(StringBuilder builder, IReadOnlyList<object> items, PyJsonOptions options, int level)
    {
        if (items.Count == 0)
        {
            builder.Append("[]");
            return;
        }
        builder.Append('[');
        for (int i = 0; i < items.Count; i++)
        {
            AppendGap(builder, options, level + 1, first: i == 0);
            Append(builder, items[i], options, level + 1);
        }
        AppendNewLine(builder, options, level);
        builder.Append(']');
    }

    private static void AppendEntries(StringBuilder builder, PyDict dict, PyJsonOptions options, int level)
    {
        if (dict.Count == 0)
        {
            builder.Append("{}");
            return;
        }
        builder.Append('{');
        bool first = true;
        foreach (var (key, value) in options.SortKeys ? Sorted(dict) : dict.Items)
        {
            AppendGap(builder, options, level + 1, first);
            first = false;
            AppendText(builder, KeyText(key), options.EnsureAscii);
            builder.Append(options.KeySeparator);
            Append(builder, value, options, level + 1);
        }
        AppendNewLine(builder, options, level);
        builder.Append('}');
    }

    private static IEnumerable<KeyValuePair<object, object>> Sorted(PyDict dict)
    {
        var items = dict.Items.ToList();
        if (items.All(item => item.Key is string)) return items.OrderBy(item => (string)item.Key, PyOrder.Text);
        if (items.All(item => PyNumber.Is(item.Key))) return items.OrderBy(item => PyNumber.Float(item.Key));
        throw PyError.Type("'<' not supported between instances of the keys");
    }

    private static string KeyText(object key) => key switch
    {
        string text => text,
        IPyText text => text.Text,
        PyTuple or IPyValue => throw PyError.Type($"keys must be str, int, float, bool or None, not {PyType.Name(key)}"),
        _ => Scalar(key) ?? throw PyError.Type($"keys must be str, int, float, bool or None, not {PyType.Name(key)}"),
    };

    private static void AppendGap(StringBuilder builder, PyJsonOptions options, int level, bool first)
    {
        if (!first) builder.Append(options.ItemSeparator ?? (options.Indent is null ? ", " : ","));
        AppendNewLine(builder, options, level);
    }

    private static void AppendNewLine(StringBuilder builder, PyJsonOptions options, int level)
    {
        if (options.Indent is null) return;
        builder.Append('\n');
        for (int i = 0; i < level; i++) builder.Append(options.Indent);
    }

    private static void AppendText(StringBuilder builder, string text, bool ascii)
    {
        builder.Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"': builder.Append("\\\""); break;
                case '\\': builder.Append("\\\\"); break;
                case '\n': builder.Append("\\n"); break;
                case '\r': builder.Append("\\r"); break;
                case '\t': builder.Append("\\t"); break;
                case '\f': builder.Append("\\f"); break;
                case '\b': builder.Append("\\b"); break;
                default:
                    if (c < ' ' || (ascii && c > '~')) builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    else builder.Append(c);
                    break;
            }
        }
        builder.Append('"');
    }
}
