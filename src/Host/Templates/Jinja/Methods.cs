// Methods and attributes of lists, tuples, dictionaries, ranges and numbers that templates may use.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Methods
{
    private static readonly Dictionary<string, Method> None = [];

    private static readonly Dictionary<string, Method> Sequence = new()
    {
        ["index"] = new("value, start=0, stop=9223372036854775807", (_, self, a) => IndexOf(Iteration.ToList(self), a[0], a[1], a[2])),
        ["count"] = new("value", (_, self, a) => new BigInteger(Iteration.Of(self).Count(item => PyEquality.Same(item, a[0])))),
        ["copy"] = new("", (_, self, _) => Iteration.Of(self).ToList()),
    };

    private static readonly Dictionary<string, Method> Fixed = Sequence.Where(method => method.Key != "copy").ToDictionary();

    private static readonly Dictionary<string, Method> Dict = new()
    {
        ["get"] = new("key, default=None", (_, self, a) => ((PyDict)self).TryGet(a[0], out var value) ? value : a[1]),
        ["keys"] = new("", (_, self, _) => new DictView("dict_keys", (PyDict)self, dict => dict.Keys)),
        ["values"] = new("", (_, self, _) => new DictView("dict_values", (PyDict)self, dict => dict.Values)),
        ["items"] = new("", (_, self, _) => new DictView("dict_items", (PyDict)self, Pairs)),
        ["copy"] = new("", (_, self, _) => new PyDict((PyDict)self)),
        ["fromkeys"] = new("iterable, value=None", (_, _, a) => FromKeys(a[0], a[1])),
    };

    private static readonly Dictionary<string, Method> Integer = new()
    {
        ["bit_length"] = new("", (_, self, _) => new BigInteger((long)BigInteger.Abs(PyNumber.Integer(self)).GetBitLength())),
        ["conjugate"] = new("", (_, self, _) => PyNumber.Integer(self)),
        ["is_integer"] = new("", (_, _, _) => true),
    };

    private static readonly Dictionary<string, Method> Float = new()
    {
        ["is_integer"] = new("", (_, self, _) => double.IsInteger((double)self)),
        ["conjugate"] = new("", (_, self, _) => self),
    };

    public static IReadOnlyDictionary<string, Method> Of(object value) => value switch
    {
        PyDict => Dict,
        List<object> => Sequence,
        PyTuple or PyRange => Fixed,
        bool or BigInteger => Integer,
        double => Float,
        _ => None,
    };

    /// <summary>An attribute that is a value, or null.</summary>
    public static object? Property(object value, string name) => (value, name) switch
    {
        (PyRange range, "start") => range.Start,
        (PyRange range, "stop") => range.Stop,
        (PyRange range, "step") => range.Step,
        (bool or BigInteger, "real" or "numerator") => PyNumber.Integer(value),
        (bool or BigInteger, "imag") => BigInteger.Zero,
        (bool or BigInteger, "denominator") => BigInteger.One,
        (double, "real") => value,
        (double, "imag") => 0.0,
        _ => null,
    };

    public static IEnumerable<object> Pairs(PyDict dict) => dict.Items.Select(object (item) => new PyTuple([item.Key, item.Value]));

    public static PyDict FromKeys(object keys, object value)
    {
        var dict = new PyDict();
        foreach (object key in Iteration.Of(keys)) dict[key] = value;
        return dict;
    }

    private static object IndexOf(List<object> items, object value, object start, object stop)
    {
        foreach (object place in Slices.Places(items.Count, PyNumber.Integer(start), PyNumber.Integer(stop), null).Items())
            if (PyEquality.Same(items[(int)(BigInteger)place], value)) return place;
        throw PyError.Value($"{PyText.Repr(value)} is not in list");
    }
}
