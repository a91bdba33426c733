// JSON as Python's json module prints it: the run's files compare equal to LLaMA-Factory's, character by character.
using System.Globalization;
using System.Text;

namespace FastTune.Train.Log;

/// <summary>Writes null, bool, integers, float and double, string, lists and string-keyed maps with Python's separators, float
/// spelling and ASCII escapes.</summary>
public static class PythonJson
{
    /// <param name="value">The value.</param>
    /// <param name="indent">Blanks a level; 0 puts everything into one line with ", " and ": ".</param>
    /// <param name="sort">Sort keys by code point.</param>
    public static string Write(object? value, int indent = 0, bool sort = false)
    {
        var text = new StringBuilder();
        Append(text, value, new Style(indent, sort), 0);
        return text.ToString();
    }

    /// <summary>A double as Python's <c>repr</c> prints it: shortest digits that read back, 1e-05, 2362724352.0, NaN.</summary>
    public static string Number(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        string shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (int precision = 0; precision < 16; precision++)
        {
            string candidate = value.ToString("E" + precision, CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) != value) continue;
            shortest = candidate;
            break;
        }
        return Spell(shortest);
    }

    private readonly record struct Style(int Indent, bool Sort);

    // From d.dddE±xxx to Python's form: plain between 1e-4 and 1e16, else with an exponent of two digits or more.
    private static string Spell(string scientific)
    {
        int mark = scientific.IndexOf('E');
        int exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = scientific[0] == '-' ? "-" : "";
        string digits = scientific[sign.Length..mark].Replace(".", "").TrimEnd('0');
        if (digits.Length == 0) digits = "0";
        if (exponent is < -4 or >= 16)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        digits = digits.PadRight(exponent + 1, '0');
        string fraction = digits[(exponent + 1)..];
        return $"{sign}{digits[..(exponent + 1)]}.{(fraction.Length == 0 ? "0" : fraction)}";
    }

    private static void Append(StringBuilder text, object? value, Style style, int depth)
    {
        switch (value)
        {
            case null: text.Append("null"); break;
            case bool flag: text.Append(flag ? "true" : "false"); break;
            case string words: text.Append(Quote(words)); break;
            case double number: text.Append(Number(number)); break;
            case float number: text.Append(Number(number)); break;
            case int or long or uint or ulong: text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)); break;
            case IEnumerable<KeyValuePair<string, object?>> map: AppendMap(text, map, style, depth); break;
            case System.Collections.IEnumerable list:
                AppendItems(text, '[', ']', list.Cast<object?>().Select(item => (Action)(() => Append(text, item, style, depth + 1))), style, depth);
                break;
            default: throw new ArgumentException($"[json] {value.GetType().Name} has no JSON form");
        }
    }

    private static void AppendMap(StringBuilder text, IEnumerable<KeyValuePair<string, object?>> map, Style style, int depth)
    {
        var pairs = style.Sort ? map.OrderBy(pair => pair.Key, StringComparer.Ordinal) : map;
        AppendItems(text, '{', '}', pairs.Select(pair => (Action)(() =>
        {
            text.Append(Quote(pair.Key)).Append(": ");
            Append(text, pair.Value, style, depth + 1);
        })), style, depth);
    }

    private static void AppendItems(StringBuilder text, char open, char close, IEnumerable<Action> items, Style style, int depth)
    {
        text.Append(open);
        bool any = false;
        foreach (var item in items)
        {
            if (any) text.Append(style.Indent == 0 ? ", " : ",");
            Break(depth + 1);
            item();
            any = true;
        }
        if (any) Break(depth);
        text.Append(close);

        void Break(int level)
        {
            if (style.Indent > 0) text.Append('\n').Append(' ', style.Indent * level);
        }
    }

    private static string Quote(string words)
    {
        var text = new StringBuilder(words.Length + 2).Append('"');
        foreach (char c in words)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append(@"\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                default:
                    if (c is < ' ' or > '\x7f') text.Append($"\\u{(int)c:x4}");
                    else text.Append(c);
                    break;
            }
        }
        return text.Append('"').ToString();
    }
}
