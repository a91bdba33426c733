// What Jinja2 finds when it compiles a template: filters and tests that do not exist, break and continue outside of loops.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Checker
{
    public static void Check(IReadOnlyList<Stmt> body) => Check(body, soft: false, inLoop: false);

    // Soft: inside an `if`, where a missing filter is an error only when it is reached.
    private static void Check(IReadOnlyList<Stmt> body, bool soft, bool inLoop)
    {
        foreach (var statement in body) Check(statement, soft, inLoop);
    }

    private static void Check(Stmt statement, bool soft, bool inLoop)
    {
        if (statement is BreakStmt or ContinueStmt && !inLoop) throw new PyError(PyErrorKind.Syntax, "'break' or 'continue' outside of a loop");
        foreach (var expr in Children.ExpressionsOf(statement)) Check(expr, soft || statement is IfStmt);
        switch (statement)
        {
            case IfStmt choice:
                foreach (var branch in choice.Branches) Check(branch.Body, soft: true, inLoop);
                Check(choice.Else, soft: true, inLoop);
                break;
            case ForStmt loop:
                Check(loop.Body, soft: false, inLoop: true);
                Check(loop.Else, soft: false, inLoop);
                break;
            default:
                bool keepsLoop = statement is WithStmt or FilterStmt or SetBlockStmt or AutoescapeStmt;
                foreach (var body in Children.BodiesOf(statement)) Check(body, soft: statement is AutoescapeStmt && soft, inLoop && keepsLoop);
                break;
        }
    }

    private static void Check(Expr expr, bool soft)
    {
        if (!soft && expr is FilterExpr filter && !Filters.All.ContainsKey(filter.Name)) throw new PyError(PyErrorKind.Syntax, $"No filter named '{filter.Name}'.");
        if (!soft && expr is TestExpr test && !Tests.All.ContainsKey(test.Name)) throw new PyError(PyErrorKind.Syntax, $"No test named '{test.Name}'.");
        foreach (var child in Children.Of(expr)) Check(child, soft || expr is CondExpr);
    }
}
