// Python's str.format: fields by place or name, their attributes and items inside the sandbox, conversions and format specs.
using System.Globalization;
using System.Numerics;
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <param name="positional">Values of {0}, {1} and {}.</param>
/// <param name="named">Values of {name}.</param>
internal sealed class BraceFormat(Interpreter interpreter, IReadOnlyList<object> positional, PyDict named)
{
    private int _next;

    public string Apply(string format, int depth = 0)
    {
        if (depth > 2) throw PyError.Value("Max string recursion exceeded");
        var builder = new StringBuilder();
        for (int at = 0; at < format.Length; at++)
        {
            char c = format[at];
            bool doubled = at + 1 < format.Length && format[at + 1] == c;
            if (c is not ('{' or '}')) builder.Append(c);
            else if (doubled)
            {
                builder.Append(c);
                at++;
            }
            else if (c == '}') throw PyError.Value("Single '}' encountered in format string");
            else
            {
                int end = FieldEnd(format, at);
                builder.Append(Field(format[(at + 1)..end], depth));
                at = end;
            }
        }
        interpreter.Budget.Charge(builder.Length);
        return builder.ToString();
    }

    private static int FieldEnd(string format, int start)
    {
        int open = 0;
        for (int at = start; at < format.Length; at++)
        {
            if (format[at] == '{') open++;
            else if (format[at] == '}' && --open == 0) return at;
        }
        throw PyError.Value("expected '}' before end of string");
    }

    private string Field(string field, int depth)
    {
        int colon = field.IndexOf(':');
        string spec = colon < 0 ? "" : Apply(field[(colon + 1)..], depth + 1);
        string name = colon < 0 ? field : field[..colon];
        int mark = name.IndexOf('!');
        object value = Value(mark < 0 ? name : name[..mark]);
        if (mark >= 0)
            value = name[(mark + 1)..] switch
            {
                "r" or "a" => PyText.Repr(value),
                "s" => PyText.Str(value),
                _ => throw PyError.Value("Unknown conversion specifier"),
            };
        return FormatSpec.Apply(value, spec, interpreter.Budget);
    }

    private object Value(string path)
    {
        int end = path.AsSpan().IndexOfAny('.', '[');
        string first = end < 0 ? path : path[..end];
        object value = First(first);
        while (end >= 0 && end < path.Length)
        {
            if (path[end] == '.')
            {
                int stop = path.AsSpan(end + 1).IndexOfAny('.', '[') is var next and >= 0 ? end + 1 + next : path.Length;
                value = Members.Attribute(value, path[(end + 1)..stop], interpreter);
                end = stop;
                continue;
            }
            int close = path.IndexOf(']', end);
            if (close < 0) throw PyError.Value("Missing ']' in format string");
            string key = path[(end + 1)..close];
            value = Members.Item(value, key.All(char.IsAsciiDigit) && key.Length is > 0 and < 10 ? new BigInteger(int.Parse(key, CultureInfo.InvariantCulture)) : key, interpreter);
            end = close + 1;
        }
        return value;
    }

    private object First(string name)
    {
        if (name.Length > 0 && !name.All(char.IsAsciiDigit)) return named.Find(name) ?? throw new PyError(PyErrorKind.Lookup, PyText.Quoted(name));
        int place = name.Length == 0 ? _next++ : int.TryParse(name, out int number) ? number : int.MaxValue;
        return place < positional.Count ? positional[place] : throw new PyError(PyErrorKind.Lookup, "Replacement index out of range for positional args tuple");
    }
}
