// The tool format `lfm2`: tools as one JSON list, calls in Python's call syntax.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class Lfm2Tools
{
    private const string Open = "<|tool_call_start|>", Close = "<|tool_call_end|>";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        $"List of tools: <|tool_list_start|>{PyJsonWriter.Write(tools.Select(object (tool) => ToolFormats.Bare(tool)).ToList())}<|tool_list_end|>";

    // Texts are written with JSON's escapes, which Python reads as well: without them quotes would end the text.
    public static string Calls(IReadOnlyList<Call> calls) => $"{Open}[{string.Join(", ", calls.Select(Write))}]{Close}";

    public static List<Call>? Read(string output, ToolSchemas schemas)
    {
        int start = output.IndexOf(Open, StringComparison.Ordinal);
        int end = start < 0 ? -1 : output.IndexOf(Close, start, StringComparison.Ordinal);
        if (end < 0) return null;
        var reader = new PythonCallReader(output[(start + Open.Length)..end], schemas);
        return reader.ReadCalls();
    }

    private static string Write(Call call) =>
        $"{call.Name}({string.Join(", ", call.Named.Items.Select(item => $"{item.Key}={PyJsonWriter.Write(item.Value)}"))})";
}
