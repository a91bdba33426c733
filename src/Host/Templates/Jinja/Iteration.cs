// Python's iteration, length and membership.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Iteration
{
    /// <summary>The items of a value, or null when it has none (Python's "not iterable").</summary>
    public static IEnumerable<object>? TryOf(object value) => value switch
    {
        List<object> list => list,
        PyTuple tuple => tuple.Items,
        PyDict dict => dict.Keys,
        string text => PyStrings.Characters(text),
        Markup markup => PyStrings.Characters(markup.Text),
        PyRange range => range.Items(),
        DictView view => view.Items,
        Generator generator => generator.Rest(),
        Undefined => [],
        PyBytes bytes => bytes.Data.Select(object (b) => new BigInteger(b)),
        _ => null,
    };

    public static IEnumerable<object> Of(object value) =>
        TryOf(value) ?? throw PyError.Type($"'{PyType.Name(value)}' object is not iterable");

    public static List<object> ToList(object value) => value as List<object> ?? [.. Of(value)];

    /// <summary>Number of items, or null when the value has no length.</summary>
    public static int? TryLength(object value) => value switch
    {
        List<object> list => list.Count,
        PyTuple tuple => tuple.Items.Count,
        PyDict dict => dict.Count,
        string text => PyStrings.Length(text),
        Markup markup => PyStrings.Length(markup.Text),
        PyRange range => range.Count,
        DictView view => view.Dict.Count,
        LoopContext loop => loop.Length,
        PyBytes bytes => bytes.Data.Length,
        Undefined => 0,
        _ => null,
    };

    public static int Length(object value) =>
        TryLength(value) ?? throw PyError.Type($"object of type '{PyType.Name(value)}' has no len()");

    /// <summary>Python's `item in container`.</summary>
    public static bool Contains(object container, object item)
    {
        if (PyOrder.AsText(container) is { } text)
        {
            string part = PyOrder.AsText(item) ?? throw PyError.Type($"'in <string>' requires string as left operand, not {PyType.Name(item)}");
            return text.Contains(part, StringComparison.Ordinal);
        }
        if (container is PyDict dict) return dict.Contains(item);
        var items = TryOf(container) ?? throw PyError.Type($"argument of type '{PyType.Name(container)}' is not iterable");
        return items.Any(other => PyEquality.Same(other, item));
    }
}
