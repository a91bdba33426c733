// The one error that Python's rules raise here: what kind it is decides whether a template may be shown its text.
namespace FastTune.Templates.Values;

/// <summary>Kinds of failure, as Jinja2 and Python would class them.</summary>
internal enum PyErrorKind
{
    RaiseException, Syntax, Undefined, Security, Type, Value, Lookup, Runtime, Recursion, Limit, ZeroDivision,
}

/// <summary>A failure of a template, a tool list or a call: its kind and one line of text.</summary>
internal sealed class PyError(PyErrorKind kind, string message) : Exception(message)
{
    public PyErrorKind Kind { get; } = kind;

    public static PyError Type(string message) => new(PyErrorKind.Type, message);

    public static PyError Value(string message) => new(PyErrorKind.Value, message);
}
