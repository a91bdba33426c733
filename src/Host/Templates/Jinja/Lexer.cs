// Cuts a template into tokens, with trim_blocks and lstrip_blocks on, as Jinja2's lexer does it.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>Reads the template's data and tags; what stands inside tags is <see cref="TagLexer"/>'s.</summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _atLineStart = true;

    private Lexer(string source) => _source = source;

    public static List<Token> Tokenize(string template)
    {
        string source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n')) source = source[..^1];
        var lexer = new Lexer(source);
        while (lexer._at < source.Length) lexer.ReadRoot();
        lexer._tokens.Add(new Token(TokenType.End, "", lexer._line));
        return lexer._tokens;
    }

    private void ReadRoot()
    {
        int tag = NextTag(_at);
        if (tag < 0)
        {
            AddData(_source[_at..]);
            _at = _source.Length;
            return;
        }
        char kind = _source[tag + 1];
        int raw = kind == '%' ? RawBegin(tag) : -1;
        char sign = SignAt(tag + 2);
        AddStripped(_source[_at..tag], sign, lstrip: kind != '{');
        _atLineStart = false;
        if (raw >= 0) ReadRaw(tag, raw);
        else if (kind == '#') ReadComment(tag + 2 + (sign == '\0' ? 0 : 1));
        else ReadTag(kind, tag + 2 + (sign == '\0' ? 0 : 1));
    }

    private int NextTag(int from)
    {
        for (int at = _source.IndexOf('{', from); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
            if (_source[at + 1] is '{' or '%' or '#') return at;
        return -1;
    }

    // Place behind `{% raw %}`, or -1 when another tag stands there.
    private int RawBegin(int tag)
    {
        int at = SkipSpace(tag + 2 + (SignAt(tag + 2) == '\0' ? 0 : 1));
        if (!Has(at, "raw")) return -1;
        at = SkipSpace(at + 3);
        if (Has(at, "%}")) return at + 2;
        return Has(at, "-%}") ? SkipSpace(at + 3) : -1;
    }

    private void ReadRaw(int tag, int start)
    {
        CountLines(tag, start);
        _at = start;
        _atLineStart = _source[start - 1] == '\n';
        if (start >= _source.Length) return;
        for (int end = _source.IndexOf("{%", start, StringComparison.Ordinal); end >= 0; end = _source.IndexOf("{%", end + 1, StringComparison.Ordinal))
        {
            char sign = SignAt(end + 2);
            int at = SkipSpace(end + 2 + (sign == '\0' ? 0 : 1));
            if (!Has(at, "endraw") || BlockEnd(SkipSpace(at + 6)) is not (int close and >= 0)) continue;
            AddStripped(_source[start..end], sign, lstrip: true);
            MoveTo(end, close);
            return;
        }
        throw Wrong("Missing end of raw directive");
    }

    private void ReadComment(int start)
    {
        if (start >= _source.Length)
        {
            _at = start;
            return;
        }
        int end = _source.IndexOf("#}", start, StringComparison.Ordinal);
        if (end < 0) throw Wrong("Missing end of comment tag");
        int close = end + 2;
        char before = end > start ? _source[end - 1] : '\0';
        if (before == '-') close = SkipSpace(close);
        else if (before != '+' && close < _source.Length && _source[close] == '\n') close++;
        MoveTo(start, close);
    }

    private void ReadTag(char kind, int start)
    {
        _tokens.Add(new Token(kind == '{' ? TokenType.PrintBegin : TokenType.BlockBegin, "", _line));
        var inside = new TagLexer(_source, start, _line, kind == '{' ? PrintEnd : BlockEnd);
        int close = inside.ReadTo(_tokens, out int endLine);
        if (close < 0)
        {
            _at = _source.Length;
            _line = endLine;
            return;
        }
        _tokens.Add(new Token(kind == '{' ? TokenType.PrintEnd : TokenType.BlockEnd, "", endLine));
        MoveTo(start, close);
    }

    // Place behind the end of a block tag that stands at a place, or -1: trim_blocks eats one newline.
    private int BlockEnd(int at)
    {
        if (Has(at, "-%}")) return SkipSpace(at + 3);
        if (Has(at, "+%}")) return at + 3;
        if (!Has(at, "%}")) return -1;
        return at + 2 < _source.Length && _source[at + 2] == '\n' ? at + 3 : at + 2;
    }

    private int PrintEnd(int at)
    {
        if (Has(at, "-}}")) return SkipSpace(at + 3);
        return Has(at, "}}") ? at + 2 : -1;
    }

    // The text in front of a tag: `-` cuts its white space, lstrip_blocks the blanks of the tag's own line.
    private void AddStripped(string text, char sign, bool lstrip)
    {
        if (sign == '-')
        {
            string cut = PyStrings.TrimEnd(text);
            AddData(cut);
            _line += text.AsSpan(cut.Length).Count('\n');
            return;
        }
        int line = text.LastIndexOf('\n') + 1;
        bool cutLine = lstrip && sign != '+' && (line > 0 || _atLineStart) && line < text.Length && text.AsSpan(line).IsWhiteSpace();
        AddData(cutLine ? text[..line] : text);
    }

    private void AddData(string text)
    {
        if (text.Length > 0) _tokens.Add(new Token(TokenType.Data, text, _line));
        _line += text.AsSpan().Count('\n');
    }

    private void MoveTo(int from, int to)
    {
        CountLines(from, to);
        _at = to;
        _atLineStart = _source[to - 1] == '\n';
    }

    private void CountLines(int from, int to) => _line += _source.AsSpan(from, to - from).Count('\n');

    private char SignAt(int at) => at < _source.Length && _source[at] is '-' or '+' ? _source[at] : '\0';

    private int SkipSpace(int at)
    {
        while (at < _source.Length && char.IsWhiteSpace(_source[at])) at++;
        return at;
    }

    private bool Has(int at, string mark) => string.CompareOrdinal(_source, at, mark, 0, mark.Length) == 0;

    private PyError Wrong(string message) => new(PyErrorKind.Syntax, $"line {_line}: {message}");
}
