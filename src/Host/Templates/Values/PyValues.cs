// Python's values as .NET objects: bool, BigInteger, double, string and List<object> are themselves; the rest stands here.
using System.Numerics;

namespace FastTune.Templates.Values;

/// <summary>None.</summary>
internal sealed class PyNone
{
    private PyNone() { }

    public static readonly PyNone Value = new();
}

/// <summary>A value with its own name and texts: everything that Python's built-in literals do not cover.</summary>
internal interface IPyValue
{
    /// <summary>Name of the Python type, as error messages print it.</summary>
    string TypeName { get; }

    /// <summary>What repr() gives.</summary>
    string Repr();

    /// <summary>What str() gives.</summary>
    string Str() => Repr();

    /// <summary>What bool() gives.</summary>
    bool Truth => true;
}

/// <summary>A tuple; <paramref name="Names"/> gives its fields names (groupby's groups), or is empty.</summary>
internal sealed record PyTuple(IReadOnlyList<object> Items, IReadOnlyList<string>? Names = null)
{
    public static readonly PyTuple Empty = new([]);
}

/// <summary>A dictionary in order of insertion, its keys compared as Python compares them.</summary>
internal sealed class PyDict
{
    private readonly OrderedDictionary<object, object> _items;

    public PyDict() => _items = new(PyEquality.Comparer);

    public PyDict(PyDict other) => _items = new(other._items, PyEquality.Comparer);

    public int Count => _items.Count;

    public IEnumerable<object> Keys => _items.Keys;

    public IEnumerable<object> Values => _items.Values;

    public IEnumerable<KeyValuePair<object, object>> Items => _items;

    /// <summary>Sets a value; a key that exists keeps its place.</summary>
    public object this[object key]
    {
        get => _items[key];
        set => _items[key] = value;
    }

    public bool TryGet(object key, out object value)
    {
        bool found = _items.TryGetValue(key, out var item);
        value = item ?? PyNone.Value;
        return found;
    }

    /// <summary>The value under a text key, or null.</summary>
    public object? Find(string key) => TryGet(key, out var value) ? value : null;

    public bool Contains(object key) => _items.ContainsKey(key);

    public bool Remove(object key) => _items.Remove(key);
}

/// <summary>Names of types and truth, for every value.</summary>
internal static class PyType
{
    public static string Name(object value) => value switch
    {
        PyNone => "NoneType",
        bool => "bool",
        BigInteger => "int",
        double => "float",
        string => "str",
        List<object> => "list",
        PyTuple => "tuple",
        PyDict => "dict",
        IPyValue other => other.TypeName,
        _ => value.GetType().Name,
    };

    public static bool Truth(object value) => value switch
    {
        PyNone => false,
        bool flag => flag,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        string text => text.Length > 0,
        List<object> list => list.Count > 0,
        PyTuple tuple => tuple.Items.Count > 0,
        PyDict dict => dict.Count > 0,
        IPyValue other => other.Truth,
        _ => true,
    };
}
