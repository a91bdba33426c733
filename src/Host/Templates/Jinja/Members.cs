// Attributes and items of values, inside the sandbox: tables say what exists; nothing reaches .NET.
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

internal static class Members
{
    /// <summary>`value.name`: the attribute first, then the item.</summary>
    public static object Attribute(object value, string name, Interpreter interpreter)
    {
        if (value is Undefined missing) throw missing.Error;
        return TryAttribute(value, name, interpreter) ?? TryItem(value, name) ?? Undefined.Member(value, name);
    }

    /// <summary>`value[key]`: the item first, then the attribute.</summary>
    public static object Item(object value, object key, Interpreter interpreter)
    {
        if (value is Undefined missing) throw missing.Error;
        if (TryItem(value, key) is { } item) return item;
        object? attribute = PyOrder.AsText(key) is { } name ? TryAttribute(value, name, interpreter) : null;
        return attribute ?? Undefined.Member(value, key);
    }

    /// <summary>The attribute alone (the filter attr).</summary>
    public static object OnlyAttribute(object value, string name, Interpreter interpreter) =>
        value is Undefined missing ? throw missing.Error : TryAttribute(value, name, interpreter) ?? Undefined.Member(value, name);

    private static object? TryAttribute(object value, string name, Interpreter interpreter)
    {
        if (Own(value, name, interpreter) is { } own) return own;
        if (name.StartsWith('_')) return Forbidden.Exists(value, name) ? Undefined.Unsafe(value, name) : null;
        if (Forbidden.Changes(value, name)) return Undefined.Unsafe(value, name);
        if (PyOrder.AsText(value) is { } text) return StringMethods.All.TryGetValue(name, out var method) ? method.On(name, text) : null;
        return Methods.Of(value).TryGetValue(name, out var other) ? other.On(name, value) : Methods.Property(value, name);
    }

    private static object? Own(object value, string name, Interpreter interpreter) => value switch
    {
        Namespace space => space.Attributes.Find(name),
        LoopContext loop => loop.Find(name),
        PyClass type => type.Attributes.GetValueOrDefault(name),
        Macro macro => MacroAttribute(macro, name),
        SelfReference => interpreter.Block(name) is { } block ? new BlockReference(block) : null,
        Cycler cycler => CyclerAttribute(cycler, name),
        PyTuple { Names: { } names } tuple when names.ToList().IndexOf(name) is var place and >= 0 => tuple.Items[place],
        _ => null,
    };

    private static object? CyclerAttribute(Cycler cycler, string name) => name switch
    {
        "current" => cycler.Current,
        "next" => new Builtin("next", "", (_, _) => cycler.Next()),
        "reset" => new Builtin("reset", "", (_, _) =>
        {
            cycler.Reset();
            return PyNone.Value;
        }),
        _ => null,
    };

    private static object? MacroAttribute(Macro macro, string name) => name switch
    {
        "name" => macro.Definition.Name == "caller" ? PyNone.Value : macro.Definition.Name,
        "arguments" => new PyTuple([.. macro.Definition.Parameters.Select(parameter => parameter.Name)]),
        "catch_kwargs" => macro.Definition.Use.Kwargs,
        "catch_varargs" => macro.Definition.Use.Varargs,
        "caller" => macro.Definition.Use.Caller,
        _ => null,
    };

    private static object? TryItem(object value, object key)
    {
        switch (value)
        {
            case PyDict dict:
                return key is List<object> or PyDict ? null : dict.TryGet(key, out var found) ? found : null;
            case List<object> list: return At(list, key);
            case PyTuple tuple: return At(tuple.Items, key);
            case PyRange range: return Place(key, range.Count) is { } place ? range[place] : null;
            case string or Markup: return Character(PyText.Str(value), key);
            default: return null;
        }
    }

    private static object? At(IReadOnlyList<object> items, object key) => Place(key, items.Count) is { } place ? items[place] : null;

    private static string? Character(string text, object key)
    {
        if (PyStrings.IsSimple(text)) return Place(key, text.Length) is { } place ? text[place].ToString() : null;
        var characters = PyStrings.Characters(text);
        return Place(key, characters.Count) is { } rune ? (string)characters[rune] : null;
    }

    private static int? Place(object key, int count)
    {
        if (!PyNumber.IsInteger(key)) return null;
        var place = PyNumber.Integer(key);
        if (place.Sign < 0) place += count;
        return place.Sign >= 0 && place < count ? (int)place : null;
    }
}
