// The tool formats `qwen` and `ling`: tools as JSON lines, calls as JSON objects between <tool_call> marks.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class QwenTools
{
    public const string Open = "<tool_call>", Close = "</tool_call>";

    private const string Prompt =
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>{0}\n</tools>\n\n"
        + "For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n"
        + "<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) => "\n\n" + Filled(tools);

    public static string LingTools(IReadOnlyList<PyDict> tools, DateOnly today) => Filled(tools) + "\ndetailed thinking off";

    public static string Calls(IReadOnlyList<Call> calls) => string.Join('\n', calls.Select(call => $"{Open}\n{JsonOf(call)}\n{Close}"));

    public static List<Call>? Read(string output, ToolSchemas schemas) =>
        ReadAll(output, (text, at) => ReadJson(text, at, item => ToolFormats.AsCall(item, "arguments")));

    public static string JsonOf(Call call) =>
        PyJsonWriter.Write(new PyDict { ["name"] = call.Name, ["arguments"] = call.Arguments });

    /// <summary>Reads calls between marks that stand one behind the other at the end of an output; null when one cannot be read.</summary>
    /// <param name="readOne">Reads one call from behind its opening mark: the call and the place of its closing mark.</param>
    public static List<Call>? ReadAll(string output, Func<string, int, (Call Call, int End)?> readOne)
    {
        var calls = new List<Call>();
        int at = output.IndexOf(Open, StringComparison.Ordinal);
        while (at >= 0 && at < output.Length)
        {
            if (!ToolText.Has(output, at, Open) || readOne(output, at + Open.Length) is not { } read) return null;
            calls.Add(read.Call);
            at = ToolText.SkipSpace(output, read.End + Close.Length);
        }
        return calls.Count == 0 ? null : calls;
    }

    /// <summary>Reads a JSON call that the closing mark follows.</summary>
    public static (Call Call, int End)? ReadJson(string output, int at, Func<object, Call?> form)
    {
        try
        {
            object value = PyJsonReader.ReadPrefix(output.AsSpan(at), out int length);
            int end = ToolText.SkipSpace(output, at + length);
            return ToolText.Has(output, end, Close) && form(value) is { } call ? (call, end) : null;
        }
        catch (PyError)
        {
            return null;
        }
    }

    private static string Filled(IReadOnlyList<PyDict> tools) =>
        Prompt.Replace("{0}", ToolText.JsonLines(tools, ToolFormats.Wrapped), StringComparison.Ordinal);
}
