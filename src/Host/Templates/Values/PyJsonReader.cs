// json.loads of Python: strict JSON plus NaN and Infinity, integers of any size, the last of duplicate keys wins.
using System.Globalization;
using System.Numerics;
using System.Text;

namespace FastTune.Templates.Values;

/// <summary>Reads one JSON text; anything else is a value error with the place (a UTF-16 offset).</summary>
internal ref struct PyJsonReader
{
    private const int MaxDepth = 256; // hostile input: nesting is bounded before the stack is

    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private PyJsonReader(ReadOnlySpan<char> text) => _text = text;

    public static object Read(ReadOnlySpan<char> text)
    {
        object value = ReadPrefix(text, out int length);
        var reader = new PyJsonReader(text) { _at = length };
        reader.SkipSpace();
        return reader._at == text.Length ? value : throw reader.Wrong("Extra data");
    }

    /// <summary>The value, or null when the text is no JSON.</summary>
    public static object? TryRead(ReadOnlySpan<char> text)
    {
        try
        {
            return Read(text);
        }
        catch (PyError)
        {
            return null;
        }
    }

    /// <summary>Reads one value from the front; <paramref name="length"/> is where it ends.</summary>
    public static object ReadPrefix(ReadOnlySpan<char> text, out int length)
    {
        var reader = new PyJsonReader(text);
        reader.SkipSpace();
        object value = reader.ReadValue(0);
        length = reader._at;
        return value;
    }

    private object ReadValue(int depth)
    {
        if (depth > MaxDepth) throw new PyError(PyErrorKind.Recursion, $"JSON is nested deeper than {MaxDepth}");
        if (_at >= _text.Length) throw Wrong("Expecting value");
        switch (_text[_at])
        {
            case '{': return ReadObject(depth);
            case '[': return ReadArray(depth);
            case '"': return ReadText();
            default: return ReadWord() ?? ReadNumber();
        }
    }

    private PyDict ReadObject(int depth)
    {
        var result = new PyDict();
        _at++;
        SkipSpace();
        if (Skip('}')) return result;
        while (true)
        {
            if (_at >= _text.Length || _text[_at] != '"') throw Wrong("Expecting property name enclosed in double quotes");
            string key = ReadText();
            SkipSpace();
            if (!Skip(':')) throw Wrong("Expecting ':' delimiter");
            SkipSpace();
            result[key] = ReadValue(depth + 1);
            SkipSpace();
            if (Skip('}')) return result;
            if (!Skip(',')) throw Wrong("Expecting ',' delimiter");
            SkipSpace();
        }
    }

    private List<object> ReadArray(int depth)
    {
        var result = new List<object>();
        _at++;
        SkipSpace();
        if (Skip(']')) return result;
        while (true)
        {
            result.Add(ReadValue(depth + 1));
            SkipSpace();
            if (Skip(']')) return result;
            if (!Skip(',')) throw Wrong("Expecting ',' delimiter");
            SkipSpace();
        }
    }

    private string ReadText()
    {
        int start = ++_at;
        var rest = _text[start..];
        int plain = rest.IndexOfAny("\"\\");
        if (plain >= 0 && rest[plain] == '"' && rest[..plain].IndexOfAnyInRange('\0', '\u001f') < 0)
        {
            _at = start + plain + 1;
            return rest[..plain].ToString();
        }
        var builder = new StringBuilder();
        while (_at < _text.Length)
        {
            char c = _text[_at++];
            if (c == '"') return builder.ToString();
            if (c < ' ') throw Wrong("Invalid control character");
            builder.Append(c == '\\' ? ReadEscape() : c);
        }
        throw Wrong("Unterminated string");
    }

    private char ReadEscape()
    {
        if (_at >= _text.Length) throw Wrong("Unterminated string");
        char c = _text[_at++];
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u':
                if (_at + 4 <= _text.Length && ushort.TryParse(_text.Slice(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
                {
                    _at += 4;
                    return (char)code;
                }
                throw Wrong("Invalid \\uXXXX escape");
            default: throw Wrong("Invalid \\escape");
        }
    }

    private object? ReadWord()
    {
        var rest = _text[_at..];
        (string Word, object Value)? found =
            rest.StartsWith("null") ? ("null", PyNone.Value)
            : rest.StartsWith("true") ? ("true", true)
            : rest.StartsWith("false") ? ("false", false)
            : rest.StartsWith("NaN") ? ("NaN", double.NaN)
            : rest.StartsWith("Infinity") ? ("Infinity", double.PositiveInfinity)
            : rest.StartsWith("-Infinity") ? ("-Infinity", double.NegativeInfinity)
            : null;
        if (found is null) return null;
        _at += found.Value.Word.Length;
        return found.Value.Value;
    }

    private object ReadNumber()
    {
        int start = _at;
        int end = start;
        if (end < _text.Length && _text[end] == '-') end++;
        int digits = Digits(end);
        if (digits == 0) throw Wrong("Expecting value");
        end += _text[end] == '0' ? 1 : digits; // a leading zero ends the integer part
        int integerEnd = end;
        if (end + 1 < _text.Length && _text[end] == '.' && Digits(end + 1) > 0) end += 1 + Digits(end + 1);
        end += ExponentLength(end);
        _at = end;
        var number = _text[start..end];
        if (end > integerEnd) return double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (number.Length > PyNumber.MaxDigits) throw PyError.Value($"Exceeds the limit ({PyNumber.MaxDigits} digits) for integer string conversion");
        return BigInteger.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    private readonly int ExponentLength(int at)
    {
        if (at >= _text.Length || _text[at] is not ('e' or 'E')) return 0;
        int sign = at + 1 < _text.Length && _text[at + 1] is '+' or '-' ? 1 : 0;
        int digits = Digits(at + 1 + sign);
        return digits == 0 ? 0 : 1 + sign + digits;
    }

    private readonly int Digits(int at)
    {
        int end = at;
        while (end < _text.Length && char.IsAsciiDigit(_text[end])) end++;
        return end - at;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\n' or '\r') _at++;
    }

    private bool Skip(char expected)
    {
        if (_at >= _text.Length || _text[_at] != expected) return false;
        _at++;
        return true;
    }

    private readonly PyError Wrong(string what) => PyError.Value($"{what} at character {_at}");
}
