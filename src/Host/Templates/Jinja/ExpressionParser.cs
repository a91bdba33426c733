// Parses expressions by Jinja2's grammar: its own binding of operators, filters and tests behind them.
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal sealed class ExpressionParser(TokenStream stream)
{
    private const int MaxDepth = 150; // the reference's own recursion limit ends a little earlier

    private static readonly HashSet<string> Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private int _depth;

    /// <summary>One expression; without <paramref name="conditional"/> an `if` behind it belongs to the statement.</summary>
    public Expr Parse(bool conditional = true) => conditional ? ParseConditional() : ParseOr();

    /// <summary>Expressions with commas between them make a tuple; one alone is itself.</summary>
    public Expr ParseTuple(bool conditional = true, bool parenthesised = false, string? endName = null)
    {
        var items = new List<Expr>();
        bool isTuple = false;
        while (!IsTupleEnd(endName))
        {
            items.Add(Parse(conditional));
            if (!stream.SkipOperator(",")) break;
            isTuple = true;
        }
        if (isTuple) return new TupleExpr(items);
        if (items.Count == 1) return items[0];
        return parenthesised ? new TupleExpr([]) : throw stream.Wrong($"Expected an expression, got '{stream.Current.Shown}'");
    }

    public bool IsTupleEnd(string? endName) =>
        stream.Current.Type is TokenType.PrintEnd or TokenType.BlockEnd || stream.Current.IsOperator(")")
        || (endName is not null && stream.Current.IsName(endName));

    /// <summary>A filter without its value: `{% filter f %}`, `{% set x | f %}`.</summary>
    public FilterExpr? ParseBareFilter(bool startInline)
    {
        FilterExpr? result = null;
        while (startInline || stream.Current.IsOperator("|"))
        {
            if (!startInline) stream.Next();
            startInline = false;
            result = ParseFilter(result);
        }
        return result;
    }

    private Expr ParseConditional()
    {
        var value = ParseOr();
        while (stream.Current.IsName("if"))
        {
            int line = stream.Next().Line;
            var test = ParseOr();
            value = new CondExpr(test, value, stream.SkipName("else") ? ParseConditional() : null, line);
        }
        return value;
    }

    private Expr ParseOr()
    {
        var left = ParseAnd();
        while (stream.SkipName("or")) left = new OrExpr(left, ParseAnd());
        return left;
    }

    private Expr ParseAnd()
    {
        var left = ParseNot();
        while (stream.SkipName("and")) left = new AndExpr(left, ParseNot());
        return left;
    }

    private Expr ParseNot()
    {
        Enter();
        var result = stream.SkipName("not") ? new NotExpr(ParseNot()) : ParseCompare();
        _depth--;
        return result;
    }

    private Expr ParseCompare()
    {
        var first = ParseSum();
        var rest = new List<(string, Expr)>();
        while (ComparisonSign() is { } sign) rest.Add((sign, ParseSum()));
        return rest.Count == 0 ? first : new CompareExpr(first, rest);
    }

    private string? ComparisonSign()
    {
        if (stream.Current.Type == TokenType.Operator && Comparisons.Contains(stream.Current.Value)) return stream.Next().Value;
        if (stream.SkipName("in")) return "in";
        if (!stream.Current.IsName("not") || !stream.Peek.IsName("in")) return null;
        stream.Next();
        stream.Next();
        return "not in";
    }

    private Expr ParseSum()
    {
        var left = ParseConcat();
        while (stream.Current.IsOperator("+") || stream.Current.IsOperator("-")) left = new BinaryExpr(stream.Next().Value, left, ParseConcat());
        return left;
    }

    private Expr ParseConcat()
    {
        var first = ParseProduct();
        if (!stream.Current.IsOperator("~")) return first;
        var items = new List<Expr> { first };
        while (stream.SkipOperator("~")) items.Add(ParseProduct());
        return new ConcatExpr(items);
    }

    private Expr ParseProduct()
    {
        var left = ParsePower();
        while (stream.Current is { Type: TokenType.Operator, Value: "*" or "/" or "//" or "%" }) left = new BinaryExpr(stream.Next().Value, left, ParsePower());
        return left;
    }

    private Expr ParsePower()
    {
        var left = ParseUnary(filtered: true);
        while (stream.SkipOperator("**")) left = new BinaryExpr("**", left, ParseUnary(filtered: true));
        return left;
    }

    private Expr ParseUnary(bool filtered)
    {
        Enter();
        bool signed = stream.Current.IsOperator("-") || stream.Current.IsOperator("+");
        Expr value = signed ? new UnaryExpr(stream.Next().Value[0], ParseUnary(filtered: false)) : ParsePrimary();
        value = ParsePostfix(value);
        if (filtered) value = ParseFilters(value);
        _depth--;
        return value;
    }

    private Expr ParsePrimary()
    {
        var token = stream.Current;
        switch (token.Type)
        {
            case TokenType.Name: return NameOrWord(stream.Next().Value);
            case TokenType.Text: return new ConstExpr(AdjacentTexts());
            case TokenType.Integer: return new ConstExpr(Integer(stream.Next().Value));
            case TokenType.Float: return new ConstExpr(double.Parse(stream.Next().Value, NumberStyles.Float, CultureInfo.InvariantCulture));
            case TokenType.Operator when token.Value == "(":
                stream.Next();
                var inside = ParseTuple(parenthesised: true);
                stream.ExpectOperator(")");
                return inside;
            case TokenType.Operator when token.Value == "[": return ParseList();
            case TokenType.Operator when token.Value == "{": return ParseDict();
            default: throw stream.Wrong($"unexpected '{token.Shown}'");
        }
    }

    private static Expr NameOrWord(string name) => name switch
    {
        "true" or "True" => new ConstExpr(true),
        "false" or "False" => new ConstExpr(false),
        "none" or "None" => new ConstExpr(PyNone.Value),
        _ => new NameExpr(name),
    };

    private string AdjacentTexts()
    {
        string text = stream.Next().Value;
        while (stream.Current.Type == TokenType.Text) text += stream.Next().Value;
        return text;
    }

    private object Integer(string digits)
    {
        int radix = digits.Length < 2 ? 10 : char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        if (digits.Length > PyNumber.MaxDigits) throw stream.Wrong($"an integer has more than {PyNumber.MaxDigits} digits");
        if (radix == 10) return BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        return digits.Skip(2).Aggregate(BigInteger.Zero, (value, digit) => (value * radix) + Convert.ToInt32(digit.ToString(), 16));
    }

    private ListExpr ParseList()
    {
        stream.Next();
        var items = new List<Expr>();
        while (!stream.Current.IsOperator("]"))
        {
            if (items.Count > 0) stream.ExpectOperator(",");
            if (stream.Current.IsOperator("]")) break;
            items.Add(Parse());
        }
        stream.ExpectOperator("]");
        return new ListExpr(items);
    }

    private DictExpr ParseDict()
    {
        stream.Next();
        var items = new List<(Expr, Expr)>();
        while (!stream.Current.IsOperator("}"))
        {
            if (items.Count > 0) stream.ExpectOperator(",");
            if (stream.Current.IsOperator("}")) break;
            var key = Parse();
            stream.ExpectOperator(":");
            items.Add((key, Parse()));
        }
        stream.ExpectOperator("}");
        return new DictExpr(items);
    }

    private Expr ParsePostfix(Expr value)
    {
        while (true)
        {
            if (stream.Current.IsOperator(".") || stream.Current.IsOperator("[")) value = ParseSubscript(value);
            else if (stream.Current.IsOperator("(")) value = new CallExpr(value, ParseArguments());
            else return value;
        }
    }

    private Expr ParseFilters(Expr value)
    {
        while (true)
        {
            if (stream.SkipOperator("|")) value = ParseFilter(value);
            else if (stream.SkipName("is")) value = ParseTest(value);
            else if (stream.Current.IsOperator("(")) value = new CallExpr(value, ParseArguments());
            else return value;
        }
    }

    private FilterExpr ParseFilter(Expr? value) =>
        new(value, DottedName(), stream.Current.IsOperator("(") ? ParseArguments() : Arguments.None);

    private Expr ParseTest(Expr value)
    {
        bool negated = stream.SkipName("not");
        string name = DottedName();
        var token = stream.Current;
        Arguments arguments = Arguments.None;
        if (token.IsOperator("(")) arguments = ParseArguments();
        else if (token.Type is TokenType.Name or TokenType.Text or TokenType.Integer or TokenType.Float || token.IsOperator("[") || token.IsOperator("{"))
        {
            if (token.IsName("is")) throw stream.Wrong("You cannot chain multiple tests with is");
            if (token is not { Type: TokenType.Name, Value: "else" or "or" or "and" }) arguments = new Arguments([ParsePostfix(ParsePrimary())], []);
        }
        var test = new TestExpr(value, name, arguments);
        return negated ? new NotExpr(test) : test;
    }

    private string DottedName()
    {
        string name = stream.ExpectName();
        while (stream.SkipOperator(".")) name += "." + stream.ExpectName();
        return name;
    }

    private Expr ParseSubscript(Expr value)
    {
        if (stream.SkipOperator("."))
        {
            var token = stream.Next();
            if (token.Type == TokenType.Name) return new AttributeExpr(value, token.Value);
            if (token.Type != TokenType.Integer) throw stream.Wrong("expected name or number");
            return new ItemExpr(value, new ConstExpr(Integer(token.Value)));
        }
        stream.Next();
        var keys = new List<Expr>();
        while (!stream.Current.IsOperator("]"))
        {
            if (keys.Count > 0) stream.ExpectOperator(",");
            keys.Add(ParseKey());
        }
        stream.ExpectOperator("]");
        return new ItemExpr(value, keys.Count == 1 ? keys[0] : new TupleExpr(keys));
    }

    private Expr ParseKey()
    {
        Expr? start = null;
        if (!stream.SkipOperator(":"))
        {
            start = Parse();
            if (!stream.SkipOperator(":")) return start;
        }
        var stop = IsKeyEnd() || stream.Current.IsOperator(":") ? null : Parse();
        var step = stream.SkipOperator(":") && !IsKeyEnd() ? Parse() : null;
        return new SliceExpr(start, stop, step);
    }

    private bool IsKeyEnd() => stream.Current.IsOperator("]") || stream.Current.IsOperator(",");

    private Arguments ParseArguments()
    {
        stream.ExpectOperator("(");
        var positional = new List<Expr>();
        var named = new List<(string, Expr)>();
        Expr? star = null, starStar = null;
        bool comma = false;
        while (!stream.Current.IsOperator(")"))
        {
            if (comma) stream.ExpectOperator(",");
            if (comma && stream.Current.IsOperator(")")) break;
            comma = true;
            if (stream.SkipOperator("*"))
            {
                Require(star is null && starStar is null);
                star = Parse();
            }
            else if (stream.SkipOperator("**"))
            {
                Require(starStar is null);
                starStar = Parse();
            }
            else if (stream.Current.Type == TokenType.Name && stream.Peek.IsOperator("="))
            {
                Require(starStar is null);
                string name = stream.Next().Value;
                stream.Next();
                named.Add((name, Parse()));
            }
            else
            {
                Require(star is null && starStar is null && named.Count == 0);
                positional.Add(Parse());
            }
        }
        stream.ExpectOperator(")");
        return new Arguments(positional, named, star, starStar);
    }

    private void Require(bool valid)
    {
        if (!valid) throw stream.Wrong("invalid syntax for function call expression");
    }

    private void Enter()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_depth > MaxDepth) throw new PyError(PyErrorKind.Recursion, $"line {stream.Current.Line}: an expression is nested deeper than {MaxDepth}");
    }
}
