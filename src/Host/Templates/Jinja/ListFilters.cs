// Filters over lists: sorting, grouping, cutting, summing.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class ListFilters
{
    public static IEnumerable<object> Batch(object value, int count, object fill)
    {
        var batch = new List<object>();
        foreach (object item in Iteration.Of(value))
        {
            if (batch.Count == count)
            {
                yield return batch;
                batch = [];
            }
            batch.Add(item);
        }
        if (batch.Count == 0) yield break;
        while (fill is not PyNone && batch.Count < count) batch.Add(fill);
        yield return batch;
    }

    public static IEnumerable<object> Slice(object value, int slices, object fill)
    {
        var items = Iteration.ToList(value);
        if (slices == 0) throw new PyError(PyErrorKind.ZeroDivision, "integer division or modulo by zero");
        int size = items.Count / slices, longer = items.Count % slices, offset = 0;
        for (int i = 0; i < slices; i++)
        {
            int start = offset + (i * size);
            if (i < longer) offset++;
            var slice = items[start..(offset + ((i + 1) * size))];
            if (fill is not PyNone && i >= longer) slice.Add(fill);
            yield return slice;
        }
    }

    public static object Last(object value)
    {
        if (value is Generator) throw PyError.Type("'generator' object is not reversible");
        return Iteration.Of(value).LastOrDefault() ?? new Undefined("No last item, sequence was empty.");
    }

    public static object Reverse(object value)
    {
        if (PyOrder.AsText(value) is { } text) return PyStrings.OfRunes(PyText.Runes(text).Reverse());
        var items = Iteration.TryOf(value) ?? throw new PyError(PyErrorKind.Runtime, "argument must be iterable");
        return new Generator(items.Reverse().ToList(), "list_reverseiterator");
    }

    public static IEnumerable<object> Items(object value)
    {
        if (value is Undefined) return [];
        return value is PyDict dict ? Methods.Pairs(dict) : throw PyError.Type("Can only get item pairs from a mapping.");
    }

    public static List<object> Sort(object[] a, Interpreter interpreter)
    {
        bool ignoreCase = !PyType.Truth(a[2]);
        if (PyOrder.AsText(a[3]) is { } names && names.Contains(','))
        {
            var getters = names.Split(',').Select(name => Selection.Getter(name, interpreter, ignoreCase)).ToList();
            return Sorted(Iteration.Of(a[0]), item => new List<object>(getters.Select(get => get(item))), PyType.Truth(a[1]));
        }
        return Sorted(Iteration.Of(a[0]), Selection.Getter(a[3], interpreter, ignoreCase), PyType.Truth(a[1]));
    }

    public static List<object> DictSort(object value, bool caseSensitive, string by, bool reverse)
    {
        if (by is not ("key" or "value")) throw new PyError(PyErrorKind.Runtime, "You can only sort by either \"key\" or \"value\"");
        if (value is not PyDict dict) throw new PyError(PyErrorKind.Lookup, $"'{PyType.Name(value)}' object has no attribute 'items'");
        int place = by == "key" ? 0 : 1;
        return Sorted(Methods.Pairs(dict), pair =>
        {
            object key = ((PyTuple)pair).Items[place];
            return !caseSensitive && PyOrder.AsText(key) is { } text ? PyCase.Lower(text) : key;
        }, reverse);
    }

    public static List<object> GroupBy(object[] a, Interpreter interpreter)
    {
        bool caseSensitive = PyType.Truth(a[3]);
        var key = Selection.Getter(a[1], interpreter, !caseSensitive, a[2]);
        var shown = Selection.Getter(a[1], interpreter, usual: a[2]);
        var groups = new List<object>();
        object? current = null;
        foreach (object item in Sorted(Iteration.Of(a[0]), key, reverse: false))
        {
            if (current is null || !PyEquality.Same(current, key(item)))
                groups.Add(new PyTuple([shown(item), new List<object>()], ["grouper", "list"]));
            current = key(item);
            ((List<object>)((PyTuple)groups[^1]).Items[1]).Add(item);
        }
        return groups;
    }

    public static IEnumerable<object> Unique(object[] a, Interpreter interpreter)
    {
        var key = Selection.Getter(a[2], interpreter, !PyType.Truth(a[1]));
        var seen = new HashSet<object>(PyEquality.Comparer);
        foreach (object item in Iteration.Of(a[0]))
            if (seen.Add(key(item))) yield return item;
    }

    public static object Extreme(object[] a, Interpreter interpreter, int sign)
    {
        var key = Selection.Getter(a[2], interpreter, !PyType.Truth(a[1]));
        object? best = null;
        foreach (object item in Iteration.Of(a[0]))
        {
            if (best is null || PyOrder.Compare(key(item), key(best), sign < 0 ? "<" : ">") is { } order && order * sign > 0) best = item;
        }
        return best ?? new Undefined("No aggregated item, sequence was empty.");
    }

    public static object Sum(object[] a, Interpreter interpreter)
    {
        var get = Selection.Getter(a[1], interpreter);
        if (a[2] is string) throw PyError.Type("sum() can't sum strings [use ''.join(seq) instead]");
        return Iteration.Of(a[0]).Aggregate(a[2], (sum, item) => Operators.Binary("+", sum, get(item), interpreter.Budget));
    }

    // Stable both ways, as Python's sorted.
    private static List<object> Sorted(IEnumerable<object> items, Func<object, object> key, bool reverse)
    {
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToList();
        var comparer = Comparer<object>.Create((left, right) => Order(left, right));
        try
        {
            var sorted = reverse ? keyed.OrderByDescending(pair => pair.Key, comparer) : keyed.OrderBy(pair => pair.Key, comparer);
            return [.. sorted.Select(pair => pair.Item)];
        }
        catch (InvalidOperationException error) when (error.InnerException is PyError inner)
        {
            throw inner;
        }
    }

    private static int Order(object left, object right)
    {
        if (left is Undefined missing) throw missing.Error;
        if (right is Undefined other) throw other.Error;
        return PyOrder.Compare(left, right) ?? 0;
    }
}
