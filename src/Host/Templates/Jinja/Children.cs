// What lies inside a node: the one place that walks need to know the tree's shape.
namespace FastTune.Templates.Jinja;

internal static class Children
{
    public static IEnumerable<Expr> Of(Expr expr) => expr switch
    {
        ListExpr list => list.Items,
        TupleExpr tuple => tuple.Items,
        DictExpr dict => dict.Items.SelectMany(item => new[] { item.Key, item.Value }),
        UnaryExpr unary => [unary.Operand],
        NotExpr not => [not.Operand],
        BinaryExpr binary => [binary.Left, binary.Right],
        AndExpr and => [and.Left, and.Right],
        OrExpr or => [or.Left, or.Right],
        ConcatExpr concat => concat.Items,
        CompareExpr compare => compare.Rest.Select(rest => rest.Operand).Prepend(compare.First),
        CondExpr cond => [cond.Test, cond.Then, .. Optional(cond.Else)],
        AttributeExpr attribute => [attribute.Of],
        ItemExpr item => [item.Of, item.Key],
        SliceExpr slice => [.. Optional(slice.Start), .. Optional(slice.Stop), .. Optional(slice.Step)],
        CallExpr call => call.Arguments.All.Prepend(call.Callee),
        FilterExpr filter => [.. Optional(filter.Of), .. filter.Arguments.All],
        TestExpr test => test.Arguments.All.Prepend(test.Of),
        _ => [],
    };

    /// <summary>The expressions that a statement holds itself.</summary>
    public static IEnumerable<Expr> ExpressionsOf(Stmt statement) => statement switch
    {
        PrintStmt print => [print.Value],
        ForStmt loop => [loop.Iterable, .. Optional(loop.Test)],
        IfStmt choice => choice.Branches.Select(branch => branch.Test),
        MacroStmt macro => macro.Parameters.Select(parameter => parameter.Default).OfType<Expr>(),
        CallStmt call => [call.Call],
        FilterStmt filter => [filter.Filter],
        SetStmt set => [set.Value],
        SetBlockStmt set => Optional(set.Filter),
        WithStmt with => with.Values.Select(value => value.Value),
        AutoescapeStmt autoescape => [autoescape.On],
        _ => [],
    };

    /// <summary>The bodies that a statement holds.</summary>
    public static IEnumerable<IReadOnlyList<Stmt>> BodiesOf(Stmt statement) => statement switch
    {
        ForStmt loop => [loop.Body, loop.Else],
        IfStmt choice => choice.Branches.Select(branch => branch.Body).Append(choice.Else),
        MacroStmt macro => [macro.Body],
        CallStmt call => [[call.Caller]],
        FilterStmt filter => [filter.Body],
        SetBlockStmt set => [set.Body],
        WithStmt with => [with.Body],
        BlockStmt block => [block.Body],
        GenerationStmt generation => [generation.Body],
        AutoescapeStmt autoescape => [autoescape.Body],
        _ => [],
    };

    private static Expr[] Optional(Expr? expr) => expr is null ? [] : [expr];
}
