// The filter pprint: Python's pprint.pformat, keys sorted, lines broken at 80 columns.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class PrettyPrint
{
    private const int Width = 80;

    public static string Of(object value) => Of(value, 0, 0);

    private static string Of(object value, int indent, int after)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        string flat = PyText.Repr(Sorted(value));
        if (indent + flat.Length + after <= Width) return flat;
        return value switch
        {
            PyDict { Count: > 0 } dict => Block("{", "}", Entries(dict), indent, after),
            List<object> { Count: > 0 } list => Block("[", "]", list.Select(item => ("", item)), indent, after),
            PyTuple { Items.Count: > 0 } tuple => Block("(", tuple.Items.Count == 1 ? ",)" : ")", tuple.Items.Select(item => ("", item)), indent, after),
            _ => flat,
        };
    }

    private static string Block(string open, string close, IEnumerable<(string Front, object Value)> items, int indent, int after)
    {
        var all = items.ToList();
        var lines = all.Select((item, i) => item.Front + Of(item.Value, indent + 1 + item.Front.Length, i == all.Count - 1 ? after + close.Length : 1));
        return open + string.Join(",\n" + new string(' ', indent + 1), lines) + close;
    }

    private static IEnumerable<(string, object)> Entries(PyDict dict) =>
        ((PyDict)Sorted(dict)).Items.Select(item => (PyText.Repr(item.Key) + ": ", item.Value));

    private static object Sorted(object value)
    {
        if (value is List<object> list) return list.Select(Sorted).ToList();
        if (value is PyTuple tuple) return new PyTuple([.. tuple.Items.Select(Sorted)]);
        if (value is not PyDict dict) return value;
        var sorted = new PyDict();
        var items = dict.Items.All(item => item.Key is string) ? dict.Items.OrderBy(item => (string)item.Key, PyOrder.Text) : dict.Items;
        foreach (var (key, item) in items) sorted[key] = Sorted(item);
        return sorted;
    }
}
