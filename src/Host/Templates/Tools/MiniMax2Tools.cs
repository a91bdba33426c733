// The tool format `minimax2`: tools as JSON in tags, all calls inside one <minimax:tool_call>.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class MiniMax2Tools
{
    private static readonly TagMarks Marks = new(
        "<minimax:tool_call>", "</minimax:tool_call>", "<invoke name=\"", "\">", "</invoke>", "<parameter name=\"", "\">", "</parameter>", "");

    private const string Usage =
        "When making tool calls, use XML format to invoke tools and pass parameters:\n\n"
        + "<minimax:tool_call>\n<invoke name=\"tool-name-1\">\n<parameter name=\"param-key-1\">param-value-1</parameter>\n"
        + "<parameter name=\"param-key-2\">param-value-2</parameter>\n...\n</invoke>\n</minimax:tool_call>";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        "\n\n# Tools\n\nYou may call one or more tools to assist with the user query.\n"
        + "Here are the tools available in JSONSchema format:\n\n<tools>\n"
        + string.Concat(tools.Select(tool => $"<tool>{PyJsonWriter.Write(ToolFormats.Bare(tool))}</tool>\n"))
        + $"</tools>\n\n{Usage}";

    public static string Calls(IReadOnlyList<Call> calls) =>
        calls.Count == 0 ? "" : $"{Marks.Open}\n{string.Join('\n', calls.Select(Marks.Write))}\n{Marks.Close}";

    public static List<Call>? Read(string output, ToolSchemas schemas)
    {
        int at = output.IndexOf(Marks.Open, StringComparison.Ordinal);
        if (at < 0) return null;
        at = ToolText.SkipSpace(output, at + Marks.Open.Length);
        var calls = new List<Call>();
        while (Marks.Read(output, ref at, schemas) is { } call)
        {
            calls.Add(call);
            at = ToolText.SkipSpace(output, at);
        }
        return calls.Count > 0 && ToolText.Has(output, at, Marks.Close) ? calls : null;
    }
}
