// Reads calls in Python's syntax with keyword arguments of literal values: nothing is evaluated, anything else is no call.
using System.Globalization;
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates;

/// <summary>Reads one call, or a list of calls, that is the whole text; null where it is anything else.</summary>
internal ref struct PythonCallReader(string text, ToolSchemas schemas)
{
    private const int MaxDepth = 256;

    private static readonly Dictionary<string, object> Words = new(StringComparer.Ordinal)
    {
        ["True"] = true,
        ["true"] = true,
        ["False"] = false,
        ["false"] = false,
        ["None"] = PyNone.Value,
        ["null"] = PyNone.Value,
    };

    private int _at;

    public List<Call>? ReadCalls()
    {
        var calls = new List<Call>();
        bool isList = Skip("[");
        if (isList && Skip("]")) return null;
        while (true)
        {
            if (ReadCall() is not { } call) return null;
            calls.Add(call);
            bool more = isList && Skip(",");
            if (more && !Next("]")) continue;
            return (!isList || Skip("]")) && AtEnd() ? calls : null;
        }
    }

    private Call? ReadCall()
    {
        SkipSpace();
        int open = text.IndexOf('(', _at);
        if (open < 0) return null;
        string name = text[_at..open].Trim();
        bool known = schemas.Knows(name);
        if (!known && !IsIdentifier(name)) return null;
        _at = open + 1;
        var arguments = new PyDict();
        if (Skip(")")) return new Call(name, arguments);
        while (true)
        {
            SkipSpace();
            int equal = text.IndexOf('=', _at);
            if (equal < 0) return null;
            string key = text[_at..equal].Trim();
            if (!(known ? key.Length > 0 : IsIdentifier(key)) || arguments.Contains(key)) return null;
            _at = equal + 1;
            if (ReadValue(0) is not { } value) return null;
            arguments[key] = value;
            if (Skip(")")) return new Call(name, arguments);
            if (!Skip(",")) return null;
            if (Skip(")")) return new Call(name, arguments);
        }
    }

    private object? ReadValue(int depth)
    {
        SkipSpace();
        if (depth > MaxDepth || _at >= text.Length) return null;
        char c = text[_at];
        if (c is '"' or '\'') return ReadText(c);
        if (Skip("[")) return ReadItems("]", depth);
        if (Skip("(")) return ReadItems(")", depth);
        if (Skip("{")) return ReadEntries(depth);
        if (char.IsAsciiDigit(c) || c is '-' or '+' or '.') return ReadNumber();
        int end = _at;
        while (end < text.Length && char.IsLetter(text[end])) end++;
        if (!Words.TryGetValue(text[_at..end], out var word)) return null;
        _at = end;
        return word;
    }

    private List<object>? ReadItems(string close, int depth)
    {
        var items = new List<object>();
        while (!Skip(close))
        {
            if (ReadValue(depth + 1) is not { } item) return null;
            items.Add(item);
            if (!Next(close) && !Skip(",")) return null;
        }
        return items;
    }

    private PyDict? ReadEntries(int depth)
    {
        var entries = new PyDict();
        while (!Skip("}"))
        {
            if (ReadValue(depth + 1) is not { } key || key is List<object> or PyDict) return null;
            if (!Skip(":") || ReadValue(depth + 1) is not { } value) return null;
            entries[key] = value;
            if (!Next("}") && !Skip(",")) return null;
        }
        return entries;
    }

    private object? ReadNumber()
    {
        bool negative = Skip("-");
        if (!negative) Skip("+");
        int end = _at;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' || (text[end] is '-' or '+' && text[end - 1] is 'e' or 'E'))) end++;
        string digits = text[_at..end];
        _at = end;
        string json = digits.StartsWith('.') ? "0" + digits : digits.EndsWith('.') ? digits + "0" : digits;
        if (PyJsonReader.TryRead((negative ? "-" : "") + json) is not { } value || !PyNumber.Is(value)) return null;
        return value;
    }

    private string? ReadText(char quote)
    {
        var builder = new StringBuilder();
        for (_at++; _at < text.Length; _at++)
        {
            char c = text[_at];
            if (c == quote)
            {
                _at++;
                return builder.ToString();
            }
            if (c == '\n') return null;
            if (c != '\\') builder.Append(c);
            else if (!AppendEscape(builder)) return null;
        }
        return null;
    }

    private bool AppendEscape(StringBuilder builder)
    {
        if (++_at >= text.Length) return false;
        const string From = "ntrbfav0\\'\"/", To = "\n\t\r\b\f\a\v\0\\'\"/";
        char c = text[_at];
        int length = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (length == 0)
        {
            int place = From.IndexOf(c);
            builder.Append(place < 0 ? "\\" + c : To[place].ToString());
            return true;
        }
        if (_at + length >= text.Length || !int.TryParse(text.AsSpan(_at + 1, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rune)) return false;
        if (rune is < 0 or > 0x10FFFF) return false;
        _at += length;
        if (rune < 0x10000) builder.Append((char)rune);
        else builder.Append(char.ConvertFromUtf32(rune));
        return true;
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(c => char.IsLetterOrDigit(c) || c == '_');

    private bool Next(string mark)
    {
        SkipSpace();
        return ToolText.Has(text, _at, mark);
    }

    private bool Skip(string mark)
    {
        if (!Next(mark)) return false;
        _at += mark.Length;
        return true;
    }

    private bool AtEnd()
    {
        SkipSpace();
        return _at == text.Length;
    }

    private void SkipSpace() => _at = ToolText.SkipSpace(text, _at);
}
