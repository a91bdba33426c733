// The tool format `mistral` (v0.3): tools and calls as one JSON list each.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class MistralTools
{
    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        $"[AVAILABLE_TOOLS] {PyJsonWriter.Write(tools.Select(object (tool) => ToolFormats.Wrapped(tool)).ToList())}[/AVAILABLE_TOOLS]";

    public static string Calls(IReadOnlyList<Call> calls) => $"[{string.Join(", ", calls.Select(QwenTools.JsonOf))}]";

    public static List<Call>? Read(string output, ToolSchemas schemas) => ToolText.JsonAtEnd(output, "arguments");
}
