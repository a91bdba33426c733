// Python's numbers: bool, int (any size) and float, compared and printed as Python does it.
using System.Globalization;
using System.Numerics;

namespace FastTune.Templates.Values;

internal static class PyNumber
{
    /// <summary>Python refuses to print or read longer integers.</summary>
    public const int MaxDigits = 4300;

    private const int MaxPrintedBits = 14_284; // the bits of 4300 decimal digits

    public static bool Is(object value) => value is bool or BigInteger or double;

    public static bool IsInteger(object value) => value is bool or BigInteger;

    /// <summary>The integer in a bool or int.</summary>
    public static BigInteger Integer(object value) => value is bool flag ? (flag ? 1 : 0) : (BigInteger)value;

    public static double Float(object value) => value is double number ? number : (double)Integer(value);

    /// <summary>Order of two numbers, exact between int and float; null when one is NaN.</summary>
    public static int? Compare(object left, object right)
    {
        if (left is double a && right is double b) return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
        if (left is double x) return -CompareToFloat(Integer(right), x);
        if (right is double y) return CompareToFloat(Integer(left), y);
        return Integer(left).CompareTo(Integer(right));
    }

    /// <summary>Text of an int.</summary>
    public static string Text(BigInteger value)
    {
        if (value.GetBitLength() > MaxPrintedBits)
            throw PyError.Value($"Exceeds the limit ({MaxDigits} digits) for integer string conversion");
        return value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Shortest text that reads back as the same float: 1.0, 1e-05, 1e+22, inf.</summary>
    public static string Text(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        var (negative, digits, exponent) = Digits(value);
        string text = exponent is >= -4 and < 16 ? Plain(digits, exponent) : Scientific(digits, exponent);
        return negative ? "-" + text : text;
    }

    private static int? CompareToFloat(BigInteger left, double right)
    {
        if (double.IsNaN(right)) return null;
        if (double.IsInfinity(right)) return right > 0 ? -1 : 1;
        double floor = Math.Floor(right);
        int order = left.CompareTo(new BigInteger(floor));
        return order != 0 ? order : floor < right ? -1 : 0;
    }

    // The shortest digits d1d2d3… and the exponent of d1.
    private static (bool Negative, string Digits, int Exponent) Digits(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        bool negative = text[0] == '-';
        if (negative) text = text[1..];
        int mark = text.IndexOf('E');
        int exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = mark < 0 ? text : text[..mark];
        int point = mantissa.IndexOf('.');
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int leading = digits.Length - digits.TrimStart('0').Length;
        if (leading == digits.Length) return (negative, "0", 0);
        digits = digits[leading..].TrimEnd('0');
        return (negative, digits, exponent - leading);
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        if (digits.Length <= exponent + 1) return digits.PadRight(exponent + 1, '0') + ".0";
        return digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    private static string Scientific(string digits, int exponent)
    {
        string mantissa = digits.Length == 1 ? digits : digits[..1] + "." + digits[1..];
        string sign = exponent < 0 ? "-" : "+";
        return $"{mantissa}e{sign}{Math.Abs(exponent):00}";
    }
}
