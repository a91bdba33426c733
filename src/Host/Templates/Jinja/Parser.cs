// Parses a template's statements by Jinja2's grammar, with loop controls and the generation block.
using System.Runtime.CompilerServices;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>A table of statements by their tag, and what each of them parses.</summary>
internal sealed class Parser
{
    private const int MaxDepth = 100;

    private static readonly Dictionary<string, Func<Parser, Stmt>> Statements = new()
    {
        ["for"] = parser => parser.ParseFor(),
        ["if"] = parser => parser.ParseIf(),
        ["set"] = parser => parser.ParseSet(),
        ["macro"] = parser => parser.ParseMacro(),
        ["call"] = parser => parser.ParseCall(),
        ["filter"] = parser => new FilterStmt(parser._expressions.ParseBareFilter(startInline: true)!, parser.ParseBody("endfilter")),
        ["with"] = parser => parser.ParseWith(),
        ["block"] = parser => parser.ParseBlock(),
        ["print"] = parser => new PrintStmt(parser._expressions.ParseTuple()),
        ["autoescape"] = parser => new AutoescapeStmt(parser._expressions.Parse(), parser.ParseBody("endautoescape")),
        ["generation"] = parser => new GenerationStmt(parser.ParseBody("endgeneration")),
        ["break"] = _ => new BreakStmt(),
        ["continue"] = _ => new ContinueStmt(),
        ["include"] = parser => parser.ParseLoad(),
        ["import"] = parser => parser.ParseLoad(),
        ["from"] = parser => parser.ParseLoad(),
        ["extends"] = parser => parser.ParseLoad(),
    };

    private readonly TokenStream _stream;
    private readonly ExpressionParser _expressions;
    private readonly HashSet<string> _blocks = [];
    private int _depth;

    private Parser(TokenStream stream) => (_stream, _expressions) = (stream, new ExpressionParser(stream));

    public static IReadOnlyList<Stmt> Parse(string template)
    {
        var parser = new Parser(new TokenStream(Lexer.Tokenize(template)));
        var body = parser.ParseUntil([]);
        Checker.Check(body);
        return body;
    }

    // The statements up to one of the end tags, whose name is then the current token.
    private List<Stmt> ParseUntil(ReadOnlySpan<string> ends)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_depth > MaxDepth) throw new PyError(PyErrorKind.Recursion, $"line {_stream.Current.Line}: blocks are nested deeper than {MaxDepth}");
        var body = new List<Stmt>();
        while (_stream.Current.Type != TokenType.End)
        {
            var token = _stream.Next();
            if (token.Type == TokenType.Data) body.Add(new TextStmt(token.Value));
            else if (token.Type == TokenType.PrintBegin)
            {
                body.Add(new PrintStmt(_expressions.ParseTuple()));
                _stream.Expect(TokenType.PrintEnd);
            }
            else
            {
                if (_stream.Current.Type == TokenType.Name && ends.Contains(_stream.Current.Value))
                {
                    _depth--;
                    return body;
                }
                body.Add(ParseStatement());
                _stream.Expect(TokenType.BlockEnd);
            }
        }
        if (ends.Length > 0) throw _stream.Wrong($"Unexpected end of template: looking for '{string.Join("' or '", ends!)}'");
        return body;
    }

    private Stmt ParseStatement()
    {
        var token = _stream.Current;
        if (token.Type != TokenType.Name) throw _stream.Wrong("tag name expected");
        if (!Statements.TryGetValue(token.Value, out var parse)) throw _stream.Wrong($"Encountered unknown tag '{token.Value}'.");
        _stream.Next();
        return parse(this);
    }

    // From the end of a tag to one of the end tags.
    private List<Stmt> ParseSection(params ReadOnlySpan<string> ends)
    {
        _stream.SkipOperator(":");
        _stream.Expect(TokenType.BlockEnd);
        return ParseUntil(ends);
    }

    private List<Stmt> ParseBody(string end)
    {
        var body = ParseSection(end);
        _stream.Next();
        return body;
    }

    private ForStmt ParseFor()
    {
        var target = ParseTarget("in");
        if (Names(target).Contains("loop")) throw _stream.Wrong("Can't assign to special loop variable in for-loop target");
        if (!_stream.SkipName("in")) throw _stream.Wrong($"expected token 'in', got '{_stream.Current.Shown}'");
        var iterable = _expressions.ParseTuple(conditional: false, endName: "recursive");
        var test = _stream.SkipName("if") ? _expressions.Parse() : null;
        bool recursive = _stream.SkipName("recursive");
        var body = ParseSection("endfor", "else");
        List<Stmt> otherwise = _stream.Next().Value == "endfor" ? [] : ParseBody("endfor");
        return new ForStmt(target, iterable, test, body, otherwise, recursive);
    }

    private IfStmt ParseIf()
    {
        var branches = new List<(Expr, IReadOnlyList<Stmt>)>();
        while (true)
        {
            var test = _expressions.ParseTuple(conditional: false);
            branches.Add((test, ParseSection("elif", "else", "endif")));
            string end = _stream.Next().Value;
            if (end == "elif") continue;
            return new IfStmt(branches, end == "else" ? ParseBody("endif") : []);
        }
    }

    private Stmt ParseSet()
    {
        var target = ParseTarget(null, attributes: true);
        if (_stream.SkipOperator("=")) return new SetStmt(target, _expressions.ParseTuple());
        var filter = _expressions.ParseBareFilter(startInline: false);
        return new SetBlockStmt(target, filter, ParseBody("endset"));
    }

    private MacroStmt ParseMacro()
    {
        string name = _stream.ExpectName();
        var parameters = ParseParameters();
        return WithUse(name, parameters, ParseBody("endmacro"));
    }

    private CallStmt ParseCall()
    {
        IReadOnlyList<Parameter> parameters = _stream.Current.IsOperator("(") ? ParseParameters() : [];
        if (_expressions.Parse() is not CallExpr call) throw _stream.Wrong("expected call");
        return new CallStmt(call, WithUse("caller", parameters, ParseBody("endcall")));
    }

    private static MacroStmt WithUse(string name, IReadOnlyList<Parameter> parameters, List<Stmt> body)
    {
        var names = NamesRead.In(body);
        return new MacroStmt(name, parameters, body, new MacroUse(names.Contains("varargs"), names.Contains("kwargs"), names.Contains("caller")));
    }

    private List<Parameter> ParseParameters()
    {
        _stream.ExpectOperator("(");
        var parameters = new List<Parameter>();
        while (!_stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0) _stream.ExpectOperator(",");
            string name = _stream.ExpectName();
            var usual = _stream.SkipOperator("=") ? _expressions.Parse() : null;
            if (usual is null && parameters.Any(parameter => parameter.Default is not null)) throw _stream.Wrong("non-default argument follows default argument");
            parameters.Add(new Parameter(name, usual));
        }
        _stream.Next();
        return parameters;
    }

    private WithStmt ParseWith()
    {
        var values = new List<(Target, Expr)>();
        while (_stream.Current.Type != TokenType.BlockEnd)
        {
            if (values.Count > 0) _stream.ExpectOperator(",");
            var target = ParseTarget(null);
            _stream.ExpectOperator("=");
            values.Add((target, _expressions.Parse()));
        }
        return new WithStmt(values, ParseBody("endwith"));
    }

    private BlockStmt ParseBlock()
    {
        string name = _stream.ExpectName();
        bool scoped = _stream.SkipName("scoped");
        _stream.SkipName("required");
        if (!_blocks.Add(name)) throw _stream.Wrong($"block '{name}' defined twice");
        var body = ParseBody("endblock");
        _stream.SkipName(name);
        return new BlockStmt(name, scoped, body);
    }

    private LoadStmt ParseLoad()
    {
        _expressions.Parse();
        while (_stream.Current.Type is not (TokenType.BlockEnd or TokenType.End)) _stream.Next();
        return new LoadStmt();
    }

    private Target ParseTarget(string? endName, bool attributes = false)
    {
        var items = new List<Target>();
        bool isTuple = false;
        while (!_expressions.IsTupleEnd(endName))
        {
            items.Add(ParseOneTarget(attributes));
            if (!_stream.SkipOperator(",")) break;
            isTuple = true;
        }
        if (isTuple) return new TupleTarget(items);
        return items.Count == 1 ? items[0] : throw _stream.Wrong($"Expected an expression, got '{_stream.Current.Shown}'");
    }

    private Target ParseOneTarget(bool attributes)
    {
        if (_stream.SkipOperator("("))
        {
            var inside = ParseTarget(null);
            _stream.ExpectOperator(")");
            return inside;
        }
        string name = _stream.ExpectName();
        if (name is "true" or "false" or "none" or "True" or "False" or "None") throw _stream.Wrong($"can't assign to '{name}'");
        return attributes && _stream.SkipOperator(".") ? new AttributeTarget(name, _stream.ExpectName()) : new NameTarget(name);
    }

    private static IEnumerable<string> Names(Target target) => target switch
    {
        NameTarget name => [name.Name],
        TupleTarget tuple => tuple.Items.SelectMany(Names),
        _ => [],
    };
}
