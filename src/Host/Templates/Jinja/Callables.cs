// What a template can call: built-in functions and methods, classes, macros, blocks.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal interface ICallable
{
    object Call(Interpreter interpreter, CallArguments arguments);
}

/// <summary>A built-in function, or a method with its object already in it.</summary>
internal sealed record Builtin(string Name, Signature Signature, Func<Interpreter, object[], object> Body, string TypeName = "function") : ICallable, IPyValue
{
    public object Call(Interpreter interpreter, CallArguments arguments) => Body(interpreter, Signature.Bind(Name, arguments));

    public string Repr() => $"<{TypeName} {Name}>";
}

/// <summary>A class that can be called, with the attributes that templates may use.</summary>
internal sealed record PyClass(string FullName, Builtin Maker, IReadOnlyDictionary<string, object> Attributes) : ICallable, IPyValue
{
    public string TypeName => "type";

    public object Call(Interpreter interpreter, CallArguments arguments) => Maker.Call(interpreter, arguments);

    public string Repr() => $"<class '{FullName}'>";
}

/// <summary>A method of a built-in type.</summary>
internal sealed record Method(Signature Signature, Func<Interpreter, object, object[], object> Body)
{
    public Builtin On(string name, object self) => new(name, Signature, (interpreter, arguments) => Body(interpreter, self, arguments), "builtin_function_or_method");
}

/// <summary>A macro, or the body of a call block, with the names that were around it.</summary>
internal sealed record Macro(MacroStmt Definition, Scope Closure) : ICallable, IPyValue
{
    public string TypeName => "Macro";

    public object Call(Interpreter interpreter, CallArguments arguments) => interpreter.Invoke(this, arguments);

    public string Repr() => Definition.Name == "caller" ? "<Macro anonymous>" : $"<Macro {PyText.Quoted(Definition.Name)}>";
}

/// <summary>`self`: the template's blocks by name.</summary>
internal sealed record SelfReference : IPyValue
{
    public string TypeName => "TemplateReference";

    public string Repr() => "<TemplateReference None>";
}

/// <summary>A block that is called through `self`.</summary>
internal sealed record BlockReference(BlockStmt Block) : ICallable, IPyValue
{
    public string TypeName => "BlockReference";

    public object Call(Interpreter interpreter, CallArguments arguments) => interpreter.RenderBlock(Block);

    public string Repr() => $"<BlockReference {Block.Name}>";
}

/// <summary>cycler(…): gives its items in turn.</summary>
internal sealed record Cycler(IReadOnlyList<object> Items) : IPyValue
{
    private int _place;

    public string TypeName => "Cycler";

    public object Current => Items[_place];

    public object Next()
    {
        object item = Items[_place];
        _place = (_place + 1) % Items.Count;
        return item;
    }

    public void Reset() => _place = 0;

    public string Repr() => "<Cycler>";
}

/// <summary>joiner(…): nothing the first time, then its separator.</summary>
internal sealed record Joiner(object Separator) : ICallable, IPyValue
{
    private bool _used;

    public string TypeName => "Joiner";

    public object Call(Interpreter interpreter, CallArguments arguments)
    {
        if (_used) return Separator;
        _used = true;
        return "";
    }

    public string Repr() => "<Joiner>";
}
