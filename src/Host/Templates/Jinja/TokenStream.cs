// The tokens of a template, read one behind the other.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal sealed class TokenStream(List<Token> tokens)
{
    private int _at;

    public Token Current => tokens[_at];

    public Token Peek => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>Takes the current token; the end stays.</summary>
    public Token Next() => _at < tokens.Count - 1 ? tokens[_at++] : tokens[_at];

    public bool SkipOperator(string sign) => SkipIf(Current.IsOperator(sign));

    public bool SkipName(string name) => SkipIf(Current.IsName(name));

    public void ExpectOperator(string sign)
    {
        if (!SkipOperator(sign)) throw Expected(sign);
    }

    public string ExpectName() => Current.Type == TokenType.Name ? Next().Value : throw Expected("name");

    public void Expect(TokenType type)
    {
        if (Current.Type != type) throw Expected(new Token(type, "", 0).Shown);
        Next();
    }

    public PyError Wrong(string message) => new(PyErrorKind.Syntax, $"line {Current.Line}: {message}");

    private PyError Expected(string what) => Wrong($"expected token '{what}', got '{Current.Shown}'");

    private bool SkipIf(bool matches)
    {
        if (matches) Next();
        return matches;
    }
}
