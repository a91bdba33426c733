// Parameters of a built-in function, written as Python writes them, and the binding of arguments to them.
using System.Globalization;
using System.Numerics;
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <summary>Arguments as a call hands them over.</summary>
internal readonly record struct CallArguments(IReadOnlyList<object> Positional, IReadOnlyList<KeyValuePair<string, object>> Named)
{
    public static readonly CallArguments None = new([], []);

    public static CallArguments Of(params object[] positional) => new(positional, []);
}

/// <summary>Names, defaults, and whether further arguments are taken: `s, width=4, first=False, *args, **kwargs`.</summary>
internal sealed class Signature
{
    private readonly List<(string Name, object? Default)> _parameters = [];
    private readonly bool _takesRest, _takesNamed;

    private Signature(string text)
    {
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "*args") _takesRest = true;
            else if (part == "**kwargs") _takesNamed = true;
            else if (part.IndexOf('=') is var mark and > 0) _parameters.Add((part[..mark], Literal(part[(mark + 1)..])));
            else _parameters.Add((part, null));
        }
    }

    public static implicit operator Signature(string text) => new(text);

    /// <summary>The values of all parameters in order, then a tuple of further arguments and a dict of further named ones, where taken.</summary>
    public object[] Bind(string function, CallArguments arguments)
    {
        int count = _parameters.Count;
        var values = new object?[count + (_takesRest ? 1 : 0) + (_takesNamed ? 1 : 0)];
        if (arguments.Positional.Count > count && !_takesRest)
            throw PyError.Type($"{function}() takes {count} positional arguments but {arguments.Positional.Count} were given");
        for (int i = 0; i < Math.Min(count, arguments.Positional.Count); i++) values[i] = arguments.Positional[i];
        PyDict? named = null;
        foreach (var (name, value) in arguments.Named)
        {
            int place = _parameters.FindIndex(parameter => parameter.Name == name);
            if (place >= 0 && values[place] is not null) throw PyError.Type($"{function}() got multiple values for argument '{name}'");
            if (place >= 0) values[place] = value;
            else if (_takesNamed) (named ??= new PyDict())[name] = value;
            else throw PyError.Type($"{function}() got an unexpected keyword argument '{name}'");
        }
        for (int i = 0; i < count; i++)
            values[i] ??= _parameters[i].Default ?? throw PyError.Type($"{function}() missing 1 required positional argument: '{_parameters[i].Name}'");
        if (_takesRest) values[count] = new PyTuple([.. arguments.Positional.Skip(count)]);
        if (_takesNamed) values[^1] = named ?? new PyDict();
        return values!;
    }

    private static object Literal(string text) => text switch
    {
        "None" => PyNone.Value,
        "True" => true,
        "False" => false,
        _ when text.StartsWith('\'') => text[1..^1],
        _ => BigInteger.Parse(text, CultureInfo.InvariantCulture),
    };
}
