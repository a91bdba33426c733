// map, select, reject and their attribute forms; attributes given as dotted paths.
using System.Globalization;
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Selection
{
    /// <summary>Reads an attribute path (`a.0.b`, a number, or None for the item itself) of items.</summary>
    public static Func<object, object> Getter(object attribute, Interpreter interpreter, bool ignoreCase = false, object? usual = null)
    {
        IReadOnlyList<object> path = attribute is PyNone ? [] : attribute is string text
            ? [.. text.Split('.').Select(part => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit) ? new BigInteger(int.Parse(part, CultureInfo.InvariantCulture)) : (object)part)]
            : [attribute];
        return item =>
        {
            foreach (object part in path)
            {
                item = Members.Item(item, part, interpreter);
                if (usual is not (null or PyNone) && item is Undefined) item = usual;
            }
            return ignoreCase && PyOrder.AsText(item) is { } word ? PyCase.Lower(word) : item;
        };
    }

    public static IEnumerable<object> Map(object value, PyTuple rest, PyDict named, Interpreter interpreter)
    {
        if (!PyType.Truth(value)) yield break;
        var map = MapFunction(rest, named, interpreter);
        foreach (object item in Iteration.Of(value)) yield return map(item);
    }

    public static IEnumerable<object> Select(object[] a, Interpreter interpreter, bool keep, bool byAttribute)
    {
        if (!PyType.Truth(a[0])) yield break;
        var rest = ((PyTuple)a[1]).Items;
        var named = Named((PyDict)a[2]);
        if (byAttribute && rest.Count == 0) throw new PyError(PyErrorKind.Runtime, "Missing parameter for attribute name");
        var get = byAttribute ? Getter(rest[0], interpreter) : item => item;
        int off = byAttribute ? 1 : 0;
        string? test = rest.Count > off ? Args.Text(rest[off]) : null;
        var arguments = new CallArguments([.. rest.Skip(off + 1)], named);
        foreach (object item in Iteration.Of(a[0]))
        {
            bool holds = test is null ? PyType.Truth(get(item)) : interpreter.Test(test, get(item), arguments);
            if (holds == keep) yield return item;
        }
    }

    private static Func<object, object> MapFunction(PyTuple rest, PyDict named, Interpreter interpreter)
    {
        if (rest.Items.Count == 0 && named.Find("attribute") is { } attribute)
        {
            var usual = named.Find("default");
            if (named.Items.Any(item => item.Key is not ("attribute" or "default"))) throw new PyError(PyErrorKind.Runtime, "Unexpected keyword argument");
            return Getter(attribute, interpreter, usual: usual);
        }
        if (rest.Items.Count == 0) throw new PyError(PyErrorKind.Runtime, "map requires a filter argument");
        string filter = Args.Text(rest.Items[0]);
        var arguments = new CallArguments([.. rest.Items.Skip(1)], Named(named));
        return item => interpreter.Filter(filter, item, arguments);
    }

    private static List<KeyValuePair<string, object>> Named(PyDict named) => [.. named.Items.Select(item => KeyValuePair.Create((string)item.Key, item.Value))];
}
