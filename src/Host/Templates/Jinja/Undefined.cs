// What a missing name, attribute or item is: it prints as nothing and is an error in any other use.
using FastTune.Templates.Values;

namespace FastTune.Templates.Jinja;

/// <param name="message">The error of its use.</param>
/// <param name="kind"><see cref="PyErrorKind.Security"/> for what exists in Python and must not be touched.</param>
internal sealed class Undefined(string message, PyErrorKind kind = PyErrorKind.Undefined) : IPyValue, IPyEquatable
{
    public string TypeName => "Undefined";

    public bool Truth => false;

    public string Repr() => "Undefined";

    public string Str() => "";

    public bool EqualTo(object other) => other is Undefined;

    public int Hash() => 0;

    public PyError Error => new(kind, message);

    public static Undefined Name(string name) => new($"'{name}' is undefined");

    public static Undefined Member(object of, object name) => of switch
    {
        PyNone => new($"'None' has no attribute {PyText.Repr(name)}"),
        Undefined missing => throw missing.Error,
        _ => new($"'{PyType.Name(of)} object' has no {(name is string ? "attribute" : "element")} {Shown(name)}"),
    };

    public static Undefined Unsafe(object of, string name) =>
        new($"access to attribute '{name}' of '{PyType.Name(of)}' object is unsafe.", PyErrorKind.Security);

    private static string Shown(object name) => name is string or System.Numerics.BigInteger or bool or double ? PyText.Repr(name) : PyType.Name(name);
}
