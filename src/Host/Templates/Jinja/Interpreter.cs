// Runs a parsed template: its statements, in scopes, into a text.
using System.Runtime.CompilerServices;
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>A stretch of rendered text inside a generation block, in code points.</summary>
public readonly record struct GenerationSpan(int Start, int End);

/// <summary>One rendering of one template.</summary>
/// <param name="now">What strftime_now tells.</param>
internal sealed partial class Interpreter(IReadOnlyList<Stmt> body, IReadOnlyDictionary<string, object> variables, DateTime now, JinjaLimits limits)
{
    private enum Flow { Next, Break, Continue }

    private readonly Scope _root = new(null);
    private readonly List<GenerationSpan> _spans = [];
    private readonly StringBuilder _page = new();
    private StringBuilder _output = new();
    private int _counted, _countedPlace;
    private bool _autoescape;

    public Budget Budget { get; } = new(limits);

    public DateTime Now { get; } = now;

    public IReadOnlyList<GenerationSpan> Spans => _spans;

    public string Run()
    {
        _output = _page;
        Execute(body, _root);
        return _page.ToString();
    }

    public string RenderBlock(BlockStmt block) => Captured(block.Body, new Scope(_root));

    private Flow Execute(IReadOnlyList<Stmt> statements, Scope scope)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var statement in statements)
        {
            var flow = Execute(statement, scope);
            if (flow != Flow.Next) return flow;
        }
        return Flow.Next;
    }

    private Flow Execute(Stmt statement, Scope scope)
    {
        Budget.Step();
        switch (statement)
        {
            case TextStmt text: Write(text.Text); break;
            case PrintStmt print: WriteValue(Evaluate(print.Value, scope)); break;
            case IfStmt choice: return Execute(choice.Branches.FirstOrDefault(branch => PyType.Truth(Evaluate(branch.Test, scope))).Body ?? choice.Else, scope);
            case ForStmt loop: ExecuteFor(loop, Evaluate(loop.Iterable, scope), scope, 0); break;
            case SetStmt set: Assign(set.Target, Evaluate(set.Value, scope), scope); break;
            case SetBlockStmt set: Assign(set.Target, Filtered(set.Filter, Captured(set.Body, new Scope(scope)), scope), scope); break;
            case MacroStmt macro: scope.Set(macro.Name, new Macro(macro, scope)); break;
            case CallStmt call: WriteValue(CallWithCaller(call, scope)); break;
            case FilterStmt filter: WriteValue(Filtered(filter.Filter, Captured(filter.Body, new Scope(scope)), scope)); break;
            case WithStmt with: return ExecuteWith(with, scope);
            case BlockStmt block: Execute(block.Body, new Scope(block.Scoped ? scope : _root)); break;
            case GenerationStmt generation: ExecuteGeneration(generation, scope); break;
            case AutoescapeStmt autoescape: return ExecuteAutoescape(autoescape, scope);
            case BreakStmt: return Flow.Break;
            case ContinueStmt: return Flow.Continue;
            case LoadStmt: throw PyError.Type("no loader for this environment specified");
        }
        return Flow.Next;
    }

    private void ExecuteFor(ForStmt statement, object iterable, Scope scope, int depth)
    {
        var items = Iteration.Of(iterable);
        if (statement.Test is { } test) items = items.Where(item => PyType.Truth(Evaluate(test, Bound(statement.Target, item, scope))));
        var loop = new LoopContext(items, depth, statement.Recursive ? inner => Again(statement, inner, scope, depth + 1) : null);
        bool any = false;
        while (loop.TryNext(out object item))
        {
            Budget.Step();
            any = true;
            var inner = Bound(statement.Target, item, scope);
            inner.Set("loop", loop);
            if (Execute(statement.Body, inner) == Flow.Break) break;
        }
        if (!any) Execute(statement.Else, new Scope(scope));
    }

    private string Again(ForStmt statement, object items, Scope scope, int depth)
    {
        Budget.Enter();
        string text = Captured(() => ExecuteFor(statement, items, scope, depth));
        Budget.Leave();
        return text;
    }

    private Scope Bound(Target target, object item, Scope scope)
    {
        var inner = new Scope(scope);
        Assign(target, item, inner);
        return inner;
    }

    private Flow ExecuteWith(WithStmt with, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in with.Values) Assign(target, Evaluate(value, scope), inner);
        return Execute(with.Body, inner);
    }

    private Flow ExecuteAutoescape(AutoescapeStmt statement, Scope scope)
    {
        bool before = _autoescape;
        _autoescape = PyType.Truth(Evaluate(statement.On, scope));
        var flow = Execute(statement.Body, new Scope(scope));
        _autoescape = before;
        return flow;
    }

    // As the reference does it, a span begins where the page stands, also inside a macro whose text is not on the page yet.
    private void ExecuteGeneration(GenerationStmt statement, Scope scope)
    {
        string text = Captured(statement.Body, new Scope(scope));
        int start = PageLength();
        _spans.Add(new GenerationSpan(start, start + PyStrings.Length(text)));
        Write(text);
    }

    private int PageLength()
    {
        var fresh = _page.ToString(_counted, _page.Length - _counted);
        _countedPlace += PyStrings.Length(fresh);
        _counted = _page.Length;
        return _countedPlace;
    }

    private void Assign(Target target, object value, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                scope.Set(name.Name, value);
                break;
            case AttributeTarget attribute:
                if (scope.Find(attribute.Name) is not Namespace space) throw new PyError(PyErrorKind.Runtime, "cannot assign attribute on non-namespace object");
                space.Set(attribute.Attribute, value);
                break;
            case TupleTarget tuple:
                Unpack(tuple, value, scope);
                break;
        }
    }

    private void Unpack(TupleTarget tuple, object value, Scope scope)
    {
        var items = Iteration.TryOf(value)?.Take(tuple.Items.Count + 1).ToList()
            ?? throw PyError.Type($"cannot unpack non-iterable {PyType.Name(value)} object");
        if (items.Count > tuple.Items.Count) throw PyError.Value($"too many values to unpack (expected {tuple.Items.Count})");
        if (items.Count < tuple.Items.Count) throw PyError.Value($"not enough values to unpack (expected {tuple.Items.Count}, got {items.Count})");
        for (int i = 0; i < items.Count; i++) Assign(tuple.Items[i], items[i], scope);
    }

    private string Captured(IReadOnlyList<Stmt> statements, Scope scope) => Captured(() => Execute(statements, scope));

    private string Captured(Action run)
    {
        var before = _output;
        _output = new StringBuilder();
        run();
        string text = _output.ToString();
        _output = before;
        return text;
    }

    private void WriteValue(object value) => Write(_autoescape ? Markup.Escape(value).Text : PyText.Str(value));

    private void Write(string text)
    {
        Budget.Charge(text.Length);
        _output.Append(text);
    }
}
