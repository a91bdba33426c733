// What a tool format can do: print a list of tools, print calls, read calls back from a model's output.
using FastTune.Templates.Values;

namespace FastTune.Templates;

/// <summary>A call with its arguments as a value.</summary>
internal sealed record Call(string Name, object Arguments)
{
    /// <summary>The arguments of a format that writes them one by one.</summary>
    public PyDict Named => Arguments as PyDict
        ?? throw new UserError($"the call of \"{Name}\" has arguments of type {PyType.Name(Arguments)}; this tool format needs an object");
}

/// <summary>A tool format as three functions.</summary>
/// <param name="Tools">The system text of a list of tools (not empty) on a day.</param>
/// <param name="Calls">The text of calls.</param>
/// <param name="Read">The calls in a model's output; null when it is no call.</param>
/// <param name="OneCall">The format can express one call only: of several marked calls the first is converted, the others stay text.</param>
/// <param name="AnyTools">Prints a tool list that is any JSON value; null: the list must be a list of objects.</param>
internal sealed record ToolFormat(
    Func<IReadOnlyList<PyDict>, DateOnly, string> Tools,
    Func<IReadOnlyList<Call>, string> Calls,
    Func<string, ToolSchemas, List<Call>?> Read,
    bool OneCall = false, Func<object, string>? AnyTools = null);
