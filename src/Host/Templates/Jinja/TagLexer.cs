// Tokens inside a tag: names, numbers, strings, operators, until the tag's end outside of brackets.
using System.Globalization;

using System.Text.RegularExpressions;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <param name="endAt">Place behind the tag's end when it stands at a place, else -1.</param>
internal sealed partial class TagLexer(string source, int start, int line, Func<int, int> endAt)
{
    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ];

    private readonly Stack<char> _brackets = new();
    private int _at = start;
    private int _line = line;

    /// <summary>Adds the tokens; the place behind the tag's end, or -1 when the template ends first.</summary>
    public int ReadTo(List<Token> tokens, out int endLine)
    {
        while (_at < source.Length)
        {
            if (_brackets.Count == 0 && endAt(_at) is var end and >= 0)
            {
                endLine = _line;
                return end;
            }
            char c = source[_at];
            if (char.IsWhiteSpace(c))
            {
                if (c == '\n') _line++;
                _at++;
            }
            else tokens.Add(ReadOne());
        }
        endLine = _line;
        return -1;
    }

    private Token ReadOne()
    {
        if (FloatPattern().Match(source, _at) is { Success: true } number && !(_at > 0 && source[_at - 1] == '.'))
            return Take(TokenType.Float, number.Length, number.Value.Replace("_", "", StringComparison.Ordinal));
        if (IntegerPattern().Match(source, _at) is { Success: true } integer)
            return Take(TokenType.Integer, integer.Length, integer.Value.Replace("_", "", StringComparison.Ordinal));
        if (IsWord(source[_at])) return ReadName();
        if (source[_at] is '"' or '\'' && ClosingQuote() is var close and > 0) return ReadText(close);
        foreach (string sign in Operators)
            if (string.CompareOrdinal(source, _at, sign, 0, sign.Length) == 0) return ReadOperator(sign);
        throw Wrong($"unexpected char '{source[_at]}' at {_at}");
    }

    private Token ReadName()
    {
        int end = _at;
        while (end < source.Length && IsWord(source[end])) end++;
        string name = source[_at..end];
        if (!char.IsLetter(name[0]) && name[0] != '_' && !char.IsSurrogate(name[0])) throw Wrong("Invalid character in identifier");
        return Take(TokenType.Name, name.Length, name);
    }

    private Token ReadText(int close)
    {
        string raw = source[(_at + 1)..close];
        int line = _line;
        _line += raw.AsSpan().Count('\n');
        _at = close + 1;
        return new Token(TokenType.Text, PyEscapes.Decode(raw) ?? throw Wrong("a string has a broken escape"), line);
    }

    private Token ReadOperator(string sign)
    {
        char c = sign[0];
        if (c is '(' or '[' or '{') _brackets.Push(c == '(' ? ')' : c == '[' ? ']' : '}');
        else if (c is ')' or ']' or '}')
        {
            if (_brackets.Count == 0) throw Wrong($"unexpected '{c}'");
            char expected = _brackets.Pop();
            if (expected != c) throw Wrong($"unexpected '{c}', expected '{expected}'");
        }
        return Take(TokenType.Operator, sign.Length, sign);
    }

    private Token Take(TokenType type, int length, string value)
    {
        _at += length;
        return new Token(type, value, _line);
    }

    private int ClosingQuote()
    {
        for (int at = _at + 1; at < source.Length; at++)
        {
            if (source[at] == '\\') at++;
            else if (source[at] == source[_at]) return at;
        }
        return -1;
    }

    private static bool IsWord(char c) => c == '_' || char.IsLetterOrDigit(c) || char.IsSurrogate(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;

    private PyError Wrong(string message) => new(PyErrorKind.Syntax, $"line {_line}: {message}");

    [GeneratedRegex(@"\G(?:[0-9]+_)*[0-9]+(?:(?:\.(?:[0-9]+_)*[0-9]+)?e[+\-]?(?:[0-9]+_)*[0-9]+|\.(?:[0-9]+_)*[0-9]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FloatPattern();

    [GeneratedRegex(@"\G(?:0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[0-9a-f])+|[1-9](?:_?[0-9])*|0(?:_?0)*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IntegerPattern();
}
