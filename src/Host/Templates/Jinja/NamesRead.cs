// The names that statements read anywhere inside: macros look for varargs, kwargs and caller among them.
namespace FastTune.Templates.Jinja;

internal static class NamesRead
{
    public static HashSet<string> In(IReadOnlyList<Stmt> body)
    {
        var names = new HashSet<string>();
        foreach (var statement in body) Add(statement, names);
        return names;
    }

    private static void Add(Stmt statement, HashSet<string> names)
    {
        foreach (var expr in Children.ExpressionsOf(statement)) Add(expr, names);
        foreach (var body in Children.BodiesOf(statement))
            foreach (var inner in body) Add(inner, names);
    }

    private static void Add(Expr expr, HashSet<string> names)
    {
        if (expr is NameExpr name) names.Add(name.Name);
        foreach (var child in Children.Of(expr)) Add(child, names);
    }
}
