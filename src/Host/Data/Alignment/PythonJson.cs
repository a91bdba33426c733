// JSON text as Python's json.dumps(ensure_ascii=False) writes it, for tool lists and calls that stand as objects in the data.
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FastTune.Data;

internal static class PythonJson
{
    /// <summary>Separators <c>", "</c> and <c>": "</c>, key order kept, floats by shortest repr, integers of any size.</summary>
    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Join(text, '{', '}', Last(value), property =>
                {
                    Quote(text, property.Key);
                    text.Append(": ");
                    Append(text, property.Value);
                });
                break;
            case JsonValueKind.Array:
                Join(text, '[', ']', value.EnumerateArray(), item => Append(text, item));
                break;
            case JsonValueKind.String:
                Quote(text, Cells.Text(value, default, ""));
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetRawText()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    /// <summary>Of duplicate keys the first keeps its place and the last its value, as in a Python dict.</summary>
    private static IEnumerable<KeyValuePair<string, JsonElement>> Last(JsonElement value)
    {
        var seen = new OrderedDictionary<string, JsonElement>();
        foreach (var property in value.EnumerateObject()) seen[property.Name] = property.Value;
        return seen;
    }

    private static void Join<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<T> write)
    {
        text.Append(open);
        bool first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(", ");
            first = false;
            write(item);
        }
        text.Append(close);
    }

    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char letter in value)
        {
            switch (letter)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case < ' ': text.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture)); break;
                default: text.Append(letter); break;
            }
        }
        text.Append('"');
    }

    private static string Number(string raw)
    {
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0) return raw == "-0" ? "0" : raw;
        double value = double.Parse(raw, CultureInfo.InvariantCulture);
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        string shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        int exponent = int.Parse(shortest[(shortest.IndexOf('E') + 1)..], CultureInfo.InvariantCulture);
        string round = value.ToString("R", CultureInfo.InvariantCulture);
        if (value == 0) return double.IsNegative(value) ? "-0.0" : "0.0";
        return exponent is >= -4 and < 16 ? Plain(round, value) : Scientific(round);
    }

    private static string Plain(string round, double value)
    {
        if (round.Contains('E')) round = ((decimal)value).ToString(CultureInfo.InvariantCulture);
        return round.Contains('.') ? round : round + ".0";
    }

    private static string Scientific(string round)
    {
        int at = round.IndexOf('E');
        if (at < 0)
        {
            // .NET still writes a plain form where Python has switched to an exponent.
            double value = double.Parse(round, CultureInfo.InvariantCulture);
            round = value.ToString("0.################E+0", CultureInfo.InvariantCulture);
            at = round.IndexOf('E');
        }
        string digits = round[(at + 2)..].TrimStart('0').PadLeft(2, '0');
        return $"{round[..at]}e{round[at + 1]}{digits}";
    }
}
