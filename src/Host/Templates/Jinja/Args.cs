// Reading of bound arguments as the type that a function needs.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Args
{
    public static string Text(object value) =>
        PyOrder.AsText(value) ?? throw (value is Undefined missing ? missing.Error : PyError.Type($"must be str, not {PyType.Name(value)}"));

    public static string? OptionalText(object value) => value is PyNone ? null : Text(value);

    /// <summary>An index: a bool or int, cut to the range of int.</summary>
    public static int Int(object value)
    {
        if (value is Undefined) throw PyError.Type("'Undefined' object cannot be interpreted as an integer");
        if (!PyNumber.IsInteger(value)) throw PyError.Type($"'{PyType.Name(value)}' object cannot be interpreted as an integer");
        return (int)BigInteger.Max(int.MinValue, BigInteger.Min(int.MaxValue, PyNumber.Integer(value)));
    }

    /// <summary>A width: refused before it is paid for.</summary>
    public static int Width(object value, Budget budget)
    {
        int width = Int(value);
        budget.Charge(Math.Max(0, width));
        return width;
    }

    /// <summary>str() of any value; safe text gives its text.</summary>
    public static string Str(object value) => PyText.Str(value);
}
