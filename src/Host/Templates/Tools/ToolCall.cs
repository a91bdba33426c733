// A tool call as the rest of the house sees it.
namespace FastTune.Templates;

/// <summary>One call that a model made.</summary>
/// <param name="Arguments">JSON text, in the form of Python's json.dumps without ASCII escapes.</param>
public sealed record ToolCall(string Name, string Arguments);
