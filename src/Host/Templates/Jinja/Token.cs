// The pieces that the lexer cuts a template into.
namespace FastTune.Templates.Jinja;

internal enum TokenType : byte { Data, Name, Text, Integer, Float, Operator, BlockBegin, BlockEnd, PrintBegin, PrintEnd, End }

/// <summary>One token.</summary>
/// <param name="Value">Its text; for <see cref="TokenType.Text"/> with the escapes decoded.</param>
/// <param name="Line">Line of the template, from 1.</param>
internal readonly record struct Token(TokenType Type, string Value, int Line)
{
    public bool Is(TokenType type, string value) => Type == type && Value == value;

    public bool IsName(string value) => Is(TokenType.Name, value);

    public bool IsOperator(string value) => Is(TokenType.Operator, value);

    /// <summary>How an error message names it.</summary>
    public string Shown => Type switch
    {
        TokenType.End => "end of template",
        TokenType.BlockEnd => "end of statement block",
        TokenType.PrintEnd => "end of print statement",
        TokenType.Integer => "integer",
        TokenType.Float => "float",
        TokenType.Text => "string",
        _ => Value,
    };
}
