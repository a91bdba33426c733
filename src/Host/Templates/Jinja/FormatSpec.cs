// One value by a format spec: [[fill]align][sign][#][0][width][,][.precision][code].
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class FormatSpec
{
    public static string Apply(object value, string spec, Budget budget)
    {
        if (spec.Length == 0) return PyText.Str(value);
        if (value is not (string or Markup) && !PyNumber.Is(value)) throw PyError.Type($"unsupported format string passed to {PyType.Name(value)}.__format__");
        var (fill, align, at) = Alignment(spec);
        char sign = at < spec.Length && spec[at] is '+' or '-' or ' ' ? spec[at++] : '-';
        bool alternate = Skip(spec, '#', ref at);
        bool zero = Skip(spec, '0', ref at);
        int width = Number(spec, ref at) ?? 0;
        string group = at < spec.Length && spec[at] is ',' or '_' ? spec[at++].ToString() : "";
        int? precision = Skip(spec, '.', ref at) ? Number(spec, ref at) ?? throw PyError.Value("Format specifier missing precision") : null;
        char code = at < spec.Length ? spec[at++] : '\0';
        if (at < spec.Length) throw PyError.Value("Invalid format specifier");
        budget.Charge(width + (precision ?? 0));
        if (zero && align == '\0') (fill, align) = ("0", value is string or Markup ? '<' : '=');
        if (PyOrder.AsText(value) is { } text)
        {
            if (code is not ('\0' or 's') || align == '=') throw PyError.Value($"Unknown format code '{code}' for object of type 'str'");
            return Pad(precision is { } most ? text[..PyStrings.ToUnits(text, most)] : text, "", fill, align == '\0' ? '<' : align, width);
        }
        bool negative = value is double number ? double.IsNegative(number) : PyNumber.Integer(value).Sign < 0;
        string prefix = negative ? "-" : sign == '-' ? "" : sign.ToString();
        string digits = Digits(value, code, precision, alternate);
        if (group.Length > 0) digits = NumberFormat.Grouped(digits, group);
        return Pad(digits, prefix, fill, align == '\0' ? '>' : align, width);
    }

    private static string Digits(object value, char code, int? precision, bool alternate)
    {
        if (code == 's') throw PyError.Value($"Unknown format code 's' for object of type '{PyType.Name(value)}'");
        if (code == '%') return NumberFormat.Float(PyNumber.Float(value) * 100, 'f', precision ?? 6) + "%";
        if (char.ToLowerInvariant(code) is 'e' or 'f' or 'g') return NumberFormat.Float(PyNumber.Float(value), code, precision ?? 6, alternate);
        if (value is double number)
        {
            if (code is not ('\0' or 'n')) throw PyError.Value($"Unknown format code '{code}' for object of type 'float'");
            return precision is { } digits ? NumberFormat.Float(number, 'g', digits, alternate) : PyNumber.Text(Math.Abs(number));
        }
        if (precision is not null) throw PyError.Value("Precision not allowed in integer format specifier");
        if (code == 'c') return PyStrings.OfRune(Args.Int(value));
        return code is '\0' or 'n' or 'd' or 'x' or 'X' or 'o' or 'b'
            ? NumberFormat.Integer(PyNumber.Integer(value), code, alternate)
            : throw PyError.Value($"Unknown format code '{code}' for object of type 'int'");
    }

    private static string Pad(string text, string sign, string fill, char align, int width)
    {
        int missing = width - PyStrings.Length(text) - sign.Length;
        if (missing <= 0) return sign + text;
        int left = align switch { '<' => 0, '^' => missing / 2, _ => missing };
        string front = string.Concat(Enumerable.Repeat(fill, left)), back = string.Concat(Enumerable.Repeat(fill, missing - left));
        return align == '=' ? sign + front + text : front + sign + text + back;
    }

    private static (string Fill, char Align, int At) Alignment(string spec)
    {
        int second = PyStrings.ToUnits(spec, 1);
        if (second < spec.Length && "<>=^".Contains(spec[second])) return (spec[..second], spec[second], second + 1);
        return "<>=^".Contains(spec[0]) ? (" ", spec[0], 1) : (" ", '\0', 0);
    }

    private static bool Skip(string spec, char mark, ref int at)
    {
        if (at >= spec.Length || spec[at] != mark) return false;
        at++;
        return true;
    }

    private static int? Number(string spec, ref int at)
    {
        int start = at;
        while (at < spec.Length && char.IsAsciiDigit(spec[at])) at++;
        if (at == start) return null;
        return int.TryParse(spec.AsSpan(start, at - start), out int number) ? number : throw PyError.Value("Too many decimal digits in format string");
    }
}
