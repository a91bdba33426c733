// Calls: functions, macros with their arguments, filters and tests by name.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal sealed partial class Interpreter
{
    /// <summary>The block of this name, or null.</summary>
    public BlockStmt? Block(string name) => BlocksIn(body).FirstOrDefault(block => block.Name == name);

    public object Call(object callee, CallArguments arguments) => callee switch
    {
        ICallable callable => callable.Call(this, arguments),
        Undefined missing => throw missing.Error,
        _ => throw PyError.Type($"'{PyType.Name(callee)}' object is not callable"),
    };

    /// <summary>Applies a filter to a value.</summary>
    public object Filter(string name, object value, CallArguments arguments)
    {
        Budget.Step();
        if (!Filters.All.TryGetValue(name, out var filter)) throw new PyError(PyErrorKind.Runtime, $"No filter named {PyText.Quoted(name)}.");
        return filter.Body(this, filter.Signature.Bind(name, WithFirst(value, arguments)));
    }

    /// <summary>Applies a test to a value.</summary>
    public bool Test(string name, object value, CallArguments arguments)
    {
        Budget.Step();
        if (!Tests.All.TryGetValue(name, out var test)) throw new PyError(PyErrorKind.Runtime, $"No test named {PyText.Quoted(name)}.");
        return PyType.Truth(test.Body(this, test.Signature.Bind(name, WithFirst(value, arguments))));
    }

    /// <summary>Renders a macro's body with its arguments bound as Jinja2 binds them.</summary>
    public object Invoke(Macro macro, CallArguments arguments)
    {
        var (definition, use) = (macro.Definition, macro.Definition.Use);
        var scope = new Scope(macro.Closure);
        var named = arguments.Named.ToList();
        Budget.Enter();
        bool takesCaller = false;
        for (int i = 0; i < definition.Parameters.Count; i++)
        {
            var parameter = definition.Parameters[i];
            takesCaller |= parameter.Name == "caller";
            object? given = i < arguments.Positional.Count ? arguments.Positional[i] : Take(named, parameter.Name);
            scope.Set(parameter.Name, given ?? (parameter.Default is { } usual
                ? Evaluate(usual, scope)
                : new Undefined($"parameter '{parameter.Name}' was not provided")));
        }
        if (use.Caller && !takesCaller) scope.Set("caller", Take(named, "caller") ?? new Undefined("No caller defined"));
        if (use.Kwargs) scope.Set("kwargs", ToDict(named));
        else if (named.Count > 0) throw PyError.Type($"macro {PyText.Quoted(definition.Name)} takes no keyword argument {PyText.Quoted(named[0].Key)}");
        int count = definition.Parameters.Count;
        if (use.Varargs) scope.Set("varargs", new PyTuple([.. arguments.Positional.Skip(count)]));
        else if (arguments.Positional.Count > count) throw PyError.Type($"macro {PyText.Quoted(definition.Name)} takes not more than {count} argument(s)");
        string text = Captured(definition.Body, scope);
        Budget.Leave();
        return _autoescape ? new Markup(text) : text;
    }

    private object CallWithCaller(CallStmt statement, Scope scope)
    {
        var call = (CallExpr)statement.Call;
        var arguments = Arguments(call.Arguments, scope);
        var caller = new KeyValuePair<string, object>("caller", new Macro(statement.Caller, scope));
        return Call(Evaluate(call.Callee, scope), arguments with { Named = [.. arguments.Named, caller] });
    }

    private CallArguments Arguments(Arguments arguments, Scope scope)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.Count == 0 && arguments.Star is null && arguments.StarStar is null) return CallArguments.None;
        var positional = arguments.Positional.Select(argument => Evaluate(argument, scope)).ToList();
        var named = arguments.Named.Select(argument => KeyValuePair.Create(argument.Name, Evaluate(argument.Value, scope))).ToList();
        if (arguments.Star is { } star) positional.AddRange(Iteration.Of(Evaluate(star, scope)));
        if (arguments.StarStar is { } starStar)
        {
            if (Evaluate(starStar, scope) is not PyDict dict) throw PyError.Type("argument after ** must be a mapping");
            named.AddRange(dict.Items.Select(item => KeyValuePair.Create(item.Key as string ?? throw PyError.Type("keywords must be strings"), item.Value)));
        }
        return new CallArguments(positional, named);
    }

    private static CallArguments WithFirst(object value, CallArguments arguments) => arguments with { Positional = [value, .. arguments.Positional] };

    private static object? Take(List<KeyValuePair<string, object>> named, string name)
    {
        int place = named.FindIndex(argument => argument.Key == name);
        if (place < 0) return null;
        object value = named[place].Value;
        named.RemoveAt(place);
        return value;
    }

    private static PyDict ToDict(List<KeyValuePair<string, object>> named)
    {
        var dict = new PyDict();
        foreach (var (name, value) in named) dict[name] = value;
        return dict;
    }

    private static IEnumerable<BlockStmt> BlocksIn(IReadOnlyList<Stmt> statements) => statements.SelectMany(statement =>
        (statement is BlockStmt block ? [block] : Enumerable.Empty<BlockStmt>()).Concat(Children.BodiesOf(statement).SelectMany(BlocksIn)));
}
