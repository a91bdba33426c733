// Python's slices of texts, lists, tuples and ranges.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Slices
{
    public static object Of(object value, object start, object stop, object step, Budget budget)
    {
        if (value is Undefined missing) throw missing.Error;
        if (value is PyDict) throw PyError.Type("unhashable type: 'slice'");
        if (value is not (string or Markup or List<object> or PyTuple or PyRange)) throw PyError.Type($"'{PyType.Name(value)}' object is not subscriptable");
        var places = Places(Iteration.Length(value), Bound(start), Bound(stop), Bound(step));
        budget.Charge(places.Count);
        return value switch
        {
            List<object> list => places.Items().Select(place => list[Number(place)]).ToList(),
            PyTuple tuple => new PyTuple([.. places.Items().Select(place => tuple.Items[Number(place)])]),
            PyRange range => new PyRange(range.Start + (places.Start * range.Step), range.Start + (places.Stop * range.Step), range.Step * places.Step),
            Markup markup => new Markup(Text(markup.Text, places)),
            _ => Text((string)value, places),
        };
    }

    /// <summary>The places that a slice of so many items has.</summary>
    public static PyRange Places(int length, BigInteger? start, BigInteger? stop, BigInteger? step)
    {
        var by = step ?? BigInteger.One;
        if (by.IsZero) throw PyError.Value("slice step cannot be zero");
        BigInteger lowest = by.Sign > 0 ? 0 : -1, highest = by.Sign > 0 ? length : length - 1;
        var first = start is { } a ? Clamp(a, length, lowest, highest) : by.Sign > 0 ? lowest : highest;
        var last = stop is { } b ? Clamp(b, length, lowest, highest) : by.Sign > 0 ? highest : lowest;
        return new PyRange(first, last, by);
    }

    private static BigInteger Clamp(BigInteger place, int length, BigInteger lowest, BigInteger highest) =>
        BigInteger.Max(lowest, BigInteger.Min(highest, place.Sign < 0 ? place + length : place));

    private static string Text(string text, PyRange places)
    {
        if (!PyStrings.IsSimple(text))
        {
            var characters = PyStrings.Characters(text);
            return string.Concat(places.Items().Select(place => characters[Number(place)]));
        }
        if (places.Step.IsOne) return places.Count == 0 ? "" : text.Substring((int)places.Start, places.Count);
        return string.Concat(places.Items().Select(place => text[Number(place)]));
    }

    private static int Number(object place) => (int)(BigInteger)place;

    private static BigInteger? Bound(object value) => value switch
    {
        PyNone => null,
        Undefined missing => throw missing.Error,
        _ when PyNumber.IsInteger(value) => PyNumber.Integer(value),
        _ => throw PyError.Type("slice indices must be integers or None or have an __index__ method"),
    };
}
