// Python's `format % values`.
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class PercentFormat
{
    public static object Apply(string format, object values, Budget budget)
    {
        var given = values is PyTuple tuple ? tuple.Items : [values];
        var builder = new StringBuilder();
        int used = 0;
        bool named = false;
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                builder.Append(format[at]);
                continue;
            }
            var spec = Spec.Read(format, ref at, () => Args.Int(Take(given, ref used)));
            if (spec.Code == '%') builder.Append('%');
            else
            {
                named |= spec.Key is not null;
                object value = spec.Key is { } key ? Named(values, key) : Take(given, ref used);
                budget.Charge(spec.Width + spec.Precision);
                builder.Append(spec.Write(value));
            }
        }
        bool left = used < given.Count && !named && !(values is PyDict or List<object> && used == 0);
        return left ? throw PyError.Type("not all arguments converted during string formatting") : builder.ToString();
    }

    private static object Take(IReadOnlyList<object> values, ref int used) =>
        used < values.Count ? values[used++] : throw PyError.Type("not enough arguments for format string");

    private static object Named(object values, string key)
    {
        if (values is not PyDict dict) throw PyError.Type("format requires a mapping");
        return dict.Find(key) ?? throw new PyError(PyErrorKind.Lookup, PyText.Quoted(key));
    }

    /// <summary>One conversion: %[(key)][flags][width][.precision]code.</summary>
    private sealed record Spec(string? Key, string Flags, int Width, int Precision, char Code)
    {
        public static Spec Read(string format, ref int at, Func<int> star)
        {
            string? key = null;
            at++;
            if (at < format.Length && format[at] == '(')
            {
                int end = format.IndexOf(')', at);
                if (end < 0) throw PyError.Value("incomplete format key");
                key = format[(at + 1)..end];
                at = end + 1;
            }
            int flags = at;
            while (at < format.Length && "#0- +".Contains(format[at])) at++;
            string flagText = format[flags..at];
            int width = Number(format, ref at, star) ?? 0;
            int precision = -1;
            if (at < format.Length && format[at] == '.')
            {
                at++;
                precision = Number(format, ref at, star) ?? 0;
            }
            while (at < format.Length && format[at] is 'h' or 'l' or 'L') at++;
            if (at >= format.Length) throw PyError.Value("incomplete format");
            if (width < 0) (flagText, width) = (flagText + "-", -width);
            return new Spec(key, flagText, width, precision, format[at]);
        }

        public string Write(object value)
        {
            switch (Code)
            {
                case 's': return Padded(Cut(PyText.Str(value)), "");
                case 'r': return Padded(Cut(PyText.Repr(value)), "");
                case 'a': return Padded(Cut(PyText.Repr(value)), "");
                case 'c': return Padded(PyNumber.IsInteger(value) ? PyStrings.OfRune(Args.Int(value)) : Args.Text(value), "");
                case 'd' or 'i' or 'u': return Signed(Whole(value), value, whole: true);
                case 'x' or 'X' or 'o':
                    if (!PyNumber.IsInteger(value)) throw PyError.Type($"%{Code} format: an integer is required, not {PyType.Name(value)}");
                    return Signed(NumberFormat.Integer(PyNumber.Integer(value), Code, Flags.Contains('#')), value, whole: true);
                case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                    if (!PyNumber.Is(value)) throw PyError.Type($"must be real number, not {PyType.Name(value)}");
                    return Signed(NumberFormat.Float(PyNumber.Float(value), Code, Precision < 0 ? 6 : Precision), value, whole: false);
                default: throw PyError.Value($"unsupported format character '{Code}'");
            }
        }

        private string Whole(object value)
        {
            if (!PyNumber.Is(value)) throw PyError.Type($"%{Code} format: a real number is required, not {PyType.Name(value)}");
            return NumberFormat.Integer(value is double number ? new System.Numerics.BigInteger(number) : PyNumber.Integer(value), 'd', false);
        }

        private string Signed(string digits, object value, bool whole)
        {
            if (whole && Precision > digits.Length) digits = digits.PadLeft(Precision, '0');
            bool negative = value is double number ? double.IsNegative(number) : PyNumber.Integer(value).Sign < 0;
            return Padded(digits, negative ? "-" : Flags.Contains('+') ? "+" : Flags.Contains(' ') ? " " : "", numeric: true);
        }

        private string Cut(string text) => Precision < 0 ? text : text[..PyStrings.ToUnits(text, Precision)];

        private string Padded(string text, string sign, bool numeric = false)
        {
            int missing = Width - PyStrings.Length(text) - sign.Length;
            if (missing <= 0) return sign + text;
            if (Flags.Contains('-')) return sign + text + new string(' ', missing);
            return numeric && Flags.Contains('0') ? sign + new string('0', missing) + text : new string(' ', missing) + sign + text;
        }

        private static int? Number(string format, ref int at, Func<int> star)
        {
            if (at < format.Length && format[at] == '*')
            {
                at++;
                return star();
            }
            int start = at;
            while (at < format.Length && char.IsAsciiDigit(format[at])) at++;
            if (at == start) return null;
            return int.TryParse(format.AsSpan(start, at - start), out int number) ? number : throw PyError.Value("width too big");
        }
    }
}
