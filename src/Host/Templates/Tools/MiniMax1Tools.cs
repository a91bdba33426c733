// The tool format `minimax1`: tools as JSON lines, calls as JSON lines between <tool_calls> marks.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class MiniMax1Tools
{
    private const string Open = "<tool_calls>", Close = "</tool_calls>";

    private const string Usage =
        "If you need to call tools, please respond with <tool_calls></tool_calls> XML tags, and provide tool-name and "
        + "json-object of arguments, following the format below:\n<tool_calls>\n"
        + "{\"name\": <tool-name-1>, \"arguments\": <args-json-object-1>}\n...\n</tool_calls>";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        $"You are provided with these tools:\n<tools>{ToolText.JsonLines(tools, ToolFormats.Bare)}\n</tools>\n\n{Usage}";

    public static string Calls(IReadOnlyList<Call> calls) =>
        $"{Open}\n{string.Join('\n', calls.Select(QwenTools.JsonOf))}\n{Close}";

    public static List<Call>? Read(string output, ToolSchemas schemas)
    {
        int at = output.IndexOf(Open, StringComparison.Ordinal);
        if (at < 0) return null;
        at += Open.Length;
        var calls = new List<Call>();
        while (true)
        {
            at = ToolText.SkipSpace(output, at);
            if (at >= output.Length) return null;
            if (ToolText.Has(output, at, Close)) return calls.Count == 0 ? null : calls;
            int next = ReadOne(output, at, out var call);
            if (next > at && call is null) return null;
            if (call is not null) calls.Add(call);
            at = next > at ? next : NextLine(output, at);
        }
    }

    // The place behind one JSON value, or the same place when there is none.
    private static int ReadOne(string output, int at, out Call? call)
    {
        call = null;
        try
        {
            object value = PyJsonReader.ReadPrefix(output.AsSpan(at), out int length);
            call = ToolFormats.AsCall(value, "arguments");
            return at + length;
        }
        catch (PyError)
        {
            return at;
        }
    }

    private static int NextLine(string output, int at)
    {
        int end = output.IndexOf('\n', at);
        int close = output.IndexOf(Close, at, StringComparison.Ordinal);
        if (close >= 0 && (end < 0 || close < end)) return close;
        return end < 0 ? output.Length : end;
    }
}
