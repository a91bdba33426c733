// Numbers by Python's format codes: d x o b e f g % with sign, width, precision and grouping.
using System.Globalization;
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class NumberFormat
{
    /// <summary>Digits of an integer without its sign.</summary>
    public static string Integer(BigInteger value, char code, bool prefixed)
    {
        var size = BigInteger.Abs(value);
        return code switch
        {
            'x' => (prefixed ? "0x" : "") + Radix(size, 16),
            'X' => (prefixed ? "0X" : "") + Radix(size, 16).ToUpperInvariant(),
            'o' => (prefixed ? "0o" : "") + Radix(size, 8),
            'b' => (prefixed ? "0b" : "") + Radix(size, 2),
            _ => PyNumber.Text(size),
        };
    }

    /// <summary>Text of a float without its sign, by e, f or g (and their upper-case forms).</summary>
    public static string Float(double value, char code, int precision, bool alternate = false)
    {
        double size = Math.Abs(value);
        string text = !double.IsFinite(size) ? (double.IsNaN(size) ? "nan" : "inf") : char.ToLowerInvariant(code) switch
        {
            'e' => Exponent(size, precision),
            'g' => General(size, precision, alternate),
            _ => Fixed(size, precision),
        };
        return char.IsUpper(code) ? text.ToUpperInvariant() : text;
    }

    /// <summary>Separators between groups of three digits in front of the point.</summary>
    public static string Grouped(string digits, string separator)
    {
        int end = digits.AsSpan().IndexOfAny(".eE");
        string whole = end < 0 ? digits : digits[..end];
        for (int at = whole.Length - 3; at > 0; at -= 3) whole = whole.Insert(at, separator);
        return end < 0 ? whole : whole + digits[end..];
    }

    /// <summary>round(value, digits) of Python: half to even on the exact binary value.</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 330) return value;
        if (digits < -330) return Math.CopySign(0, value);
        string text = Fixed(Math.Abs(value), Math.Max(0, digits));
        if (digits < 0)
        {
            var (scaled, unit) = (new BigInteger(Math.Abs(value)), BigInteger.Pow(10, -digits));
            bool exact = double.IsInteger(value);
            text = (RoundHalfEven(scaled, unit, exact) * unit).ToString(CultureInfo.InvariantCulture);
        }
        return Math.CopySign(double.Parse(text, CultureInfo.InvariantCulture), value);
    }

    /// <summary>round(value, digits) of an integer: unchanged unless digits is negative.</summary>
    public static BigInteger Round(BigInteger value, int digits)
    {
        if (digits >= 0) return value;
        var unit = BigInteger.Pow(10, Math.Min(-digits, 5000));
        return value.Sign * RoundHalfEven(BigInteger.Abs(value), unit, exact: true) * unit;
    }

    private static BigInteger RoundHalfEven(BigInteger value, BigInteger unit, bool exact)
    {
        var quotient = BigInteger.DivRem(value, unit, out var rest);
        int order = (rest * 2).CompareTo(unit);
        return order > 0 || (order == 0 && (!exact || !quotient.IsEven)) ? quotient + 1 : quotient;
    }

    private static string Radix(BigInteger value, int radix)
    {
        if (value.IsZero) return "0";
        var digits = new List<char>();
        for (; !value.IsZero; value /= radix) digits.Add("0123456789abcdef"[(int)(value % radix)]);
        digits.Reverse();
        return string.Concat(digits);
    }

    // By integers: the exact binary value, rounded half to even once.
    private static string Fixed(double value, int precision)
    {
        var (mantissa, exponent) = Parts(value);
        var scaled = mantissa * BigInteger.Pow(10, precision);
        var rounded = exponent >= 0 ? scaled << exponent : RoundHalfEven(scaled, BigInteger.One << -exponent, exact: true);
        string digits = rounded.ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        return precision == 0 ? digits : $"{digits[..^precision]}.{digits[^precision..]}";
    }

    private static string Exponent(double value, int precision)
    {
        string text = value.ToString("E" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E');
        int exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{text[..mark]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string General(double value, int precision, bool alternate)
    {
        precision = Math.Max(1, precision);
        string scientific = Exponent(value, precision - 1);
        int exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('e') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < precision) return Cut(Fixed(value, precision - 1 - exponent), alternate);
        int mark = scientific.IndexOf('e');
        return Cut(scientific[..mark], alternate) + scientific[mark..];
    }

    private static string Cut(string digits, bool alternate) => alternate || !digits.Contains('.') ? digits : digits.TrimEnd('0').TrimEnd('.');

    private static (BigInteger Mantissa, int Exponent) Parts(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFFL;
        return exponent == 0 ? (mantissa, -1074) : (mantissa | (1L << 52), exponent - 1075);
    }
}
