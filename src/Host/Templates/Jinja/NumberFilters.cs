// Filters over numbers: int, float, round, abs, filesizeformat.
using System.Globalization;
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class NumberFilters
{
    public static object Abs(object value)
    {
        if (!PyNumber.Is(value)) throw PyError.Type($"bad operand type for abs(): '{PyType.Name(value)}'");
        return value is double number ? Math.Abs(number) : BigInteger.Abs(PyNumber.Integer(value));
    }

    public static object Int(object value, object usual, int radix)
    {
        if (value is Undefined missing) throw missing.Error;
        if (PyNumber.IsInteger(value)) return PyNumber.Integer(value);
        if (value is double number) return FromFloat(number) ?? usual;
        if (PyOrder.AsText(value) is not { } text) return usual;
        return ParseInt(text, radix) ?? (ParseFloat(text) is { } parsed ? double.IsFinite(parsed) ? new BigInteger(parsed) : usual : usual);
    }

    public static object Float(object value, object usual)
    {
        if (value is Undefined missing) throw missing.Error;
        object result = PyNumber.Is(value) ? PyNumber.Float(value) : PyOrder.AsText(value) is { } text && ParseFloat(text) is { } parsed ? parsed : usual;
        return result is BigInteger zero && zero.IsZero && ReferenceEquals(result, usual) ? 0.0 : result;
    }

    public static object Round(object value, int precision, string method)
    {
        if (value is Undefined missing) throw missing.Error;
        if (method is not ("common" or "ceil" or "floor")) throw new PyError(PyErrorKind.Runtime, "method must be common, ceil or floor");
        if (!PyNumber.Is(value)) throw PyError.Type($"type {PyType.Name(value)} doesn't define __round__ method");
        if (method == "common") return value is double number ? NumberFormat.Round(number, precision) : NumberFormat.Round(PyNumber.Integer(value), precision);
        double scale = Math.Pow(10, precision), scaled = PyNumber.Float(value) * scale;
        return (method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale;
    }

    public static object FileSize(object value, bool binary)
    {
        if (Float(value, PyNone.Value) is not double bytes) throw PyError.Value("could not convert to float");
        double unit = binary ? 1024 : 1000;
        if (bytes == 1) return "1 Byte";
        if (bytes < unit) return $"{(long)bytes} Bytes";
        const string Prefixes = "kMGTPEZY";
        for (int i = 0; i < Prefixes.Length; i++)
        {
            double size = Math.Pow(unit, i + 2);
            if (bytes < size || i == Prefixes.Length - 1)
                return $"{NumberFormat.Float(unit * bytes / size, 'f', 1)} {(binary ? char.ToUpperInvariant(Prefixes[i]) + "iB" : Prefixes[i] + "B")}";
        }
        return "";
    }

    public static double? ParseFloat(string text)
    {
        string trimmed = PyStrings.Trim(text).ToLowerInvariant();
        string unsigned = trimmed.TrimStart('+', '-');
        if (trimmed.Length - unsigned.Length > 1) return null;
        if (unsigned is "inf" or "infinity") return trimmed.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
        if (unsigned == "nan") return double.NaN;
        string digits = WithoutUnderscores(trimmed) ?? "";
        return double.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value) ? value : null;
    }

    private static object? FromFloat(double value)
    {
        if (double.IsNaN(value)) return null;
        if (double.IsInfinity(value)) throw new PyError(PyErrorKind.Limit, "cannot convert float infinity to integer");
        return new BigInteger(value);
    }

    private static object? ParseInt(string text, int radix)
    {
        if (radix is not (0 or >= 2 and <= 36)) return null;
        string digits = PyStrings.Trim(text).ToLowerInvariant();
        bool negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+')) digits = digits[1..];
        int marked = digits.Length > 2 && digits[0] == '0' ? digits[1] switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (marked > 0 && (radix == marked || radix == 0)) (digits, radix) = (digits[2..].TrimStart('_'), marked);
        else if (radix == 0) radix = 10;
        if (WithoutUnderscores(digits) is not { Length: > 0 and <= PyNumber.MaxDigits } clean) return null;
        var value = BigInteger.Zero;
        foreach (char c in clean)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetterLower(c) ? c - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0 || digit >= radix) return null;
            value = (value * radix) + digit;
        }
        return negative ? -value : value;
    }

    private static string? WithoutUnderscores(string digits)
    {
        if (!digits.Contains('_')) return digits;
        bool wellPlaced = digits[0] != '_' && digits[^1] != '_' && !digits.Contains("__", StringComparison.Ordinal);
        return wellPlaced ? digits.Replace("_", "", StringComparison.Ordinal) : null;
    }
}
