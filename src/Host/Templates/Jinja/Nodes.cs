// The tree of a parsed template: expressions and statements as records.
namespace FastTune.Templates.Jinja;

internal abstract record Expr;

internal sealed record ConstExpr(object Value) : Expr;
internal sealed record NameExpr(string Name) : Expr;
internal sealed record ListExpr(IReadOnlyList<Expr> Items) : Expr;
internal sealed record TupleExpr(IReadOnlyList<Expr> Items) : Expr;
internal sealed record DictExpr(IReadOnlyList<(Expr Key, Expr Value)> Items) : Expr;
internal sealed record UnaryExpr(char Sign, Expr Operand) : Expr;
internal sealed record NotExpr(Expr Operand) : Expr;
internal sealed record BinaryExpr(string Sign, Expr Left, Expr Right) : Expr;
internal sealed record AndExpr(Expr Left, Expr Right) : Expr;
internal sealed record OrExpr(Expr Left, Expr Right) : Expr;
internal sealed record ConcatExpr(IReadOnlyList<Expr> Items) : Expr;
internal sealed record CompareExpr(Expr First, IReadOnlyList<(string Sign, Expr Operand)> Rest) : Expr;
internal sealed record CondExpr(Expr Test, Expr Then, Expr? Else, int Line) : Expr;
internal sealed record AttributeExpr(Expr Of, string Name) : Expr;
internal sealed record ItemExpr(Expr Of, Expr Key) : Expr;
internal sealed record SliceExpr(Expr? Start, Expr? Stop, Expr? Step) : Expr;
internal sealed record CallExpr(Expr Callee, Arguments Arguments) : Expr;

/// <summary>A filter; <paramref name="Of"/> is null inside `{% filter %}` and `{% set x | f %}`, where the block's text is filtered.</summary>
internal sealed record FilterExpr(Expr? Of, string Name, Arguments Arguments) : Expr;
internal sealed record TestExpr(Expr Of, string Name, Arguments Arguments) : Expr;

/// <summary>Arguments of a call: plain ones, `name=value`, `*list`, `**dict`.</summary>
internal sealed record Arguments(
    IReadOnlyList<Expr> Positional, IReadOnlyList<(string Name, Expr Value)> Named, Expr? Star = null, Expr? StarStar = null)
{
    public static readonly Arguments None = new([], []);

    public IEnumerable<Expr> All => [.. Positional, .. Named.Select(named => named.Value), .. Optional(Star), .. Optional(StarStar)];

    private static Expr[] Optional(Expr? value) => value is null ? [] : [value];
}

/// <summary>Where an assignment goes.</summary>
internal abstract record Target;

internal sealed record NameTarget(string Name) : Target;
internal sealed record AttributeTarget(string Name, string Attribute) : Target;
internal sealed record TupleTarget(IReadOnlyList<Target> Items) : Target;

internal sealed record Parameter(string Name, Expr? Default);

internal abstract record Stmt;

internal sealed record TextStmt(string Text) : Stmt;
internal sealed record PrintStmt(Expr Value) : Stmt;
internal sealed record ForStmt(Target Target, Expr Iterable, Expr? Test, IReadOnlyList<Stmt> Body, IReadOnlyList<Stmt> Else, bool Recursive) : Stmt;
internal sealed record IfStmt(IReadOnlyList<(Expr Test, IReadOnlyList<Stmt> Body)> Branches, IReadOnlyList<Stmt> Else) : Stmt;
internal sealed record MacroStmt(string Name, IReadOnlyList<Parameter> Parameters, IReadOnlyList<Stmt> Body, MacroUse Use) : Stmt;
internal sealed record CallStmt(Expr Call, MacroStmt Caller) : Stmt;
internal sealed record FilterStmt(FilterExpr Filter, IReadOnlyList<Stmt> Body) : Stmt;
internal sealed record SetStmt(Target Target, Expr Value) : Stmt;
internal sealed record SetBlockStmt(Target Target, FilterExpr? Filter, IReadOnlyList<Stmt> Body) : Stmt;
internal sealed record WithStmt(IReadOnlyList<(Target Target, Expr Value)> Values, IReadOnlyList<Stmt> Body) : Stmt;
internal sealed record BlockStmt(string Name, bool Scoped, IReadOnlyList<Stmt> Body) : Stmt;
internal sealed record GenerationStmt(IReadOnlyList<Stmt> Body) : Stmt;
internal sealed record AutoescapeStmt(Expr On, IReadOnlyList<Stmt> Body) : Stmt;
internal sealed record BreakStmt : Stmt;
internal sealed record ContinueStmt : Stmt;

/// <summary>include, import and extends: there is no loader, so they fail when reached.</summary>
internal sealed record LoadStmt : Stmt;

/// <summary>Which special names a macro's body reads: they decide what its caller may pass.</summary>
internal sealed record MacroUse(bool Varargs, bool Kwargs, bool Caller);
