// The tool format `glm4_moe`: tools as JSON lines, calls as keys and values between <tool_call> marks.
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class Glm4MoeTools
{
    private const string Prompt =
        "\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>{0}\n</tools>\n\n"
        + "For each function call, output the function name and arguments within the following XML format:\n"
        + "<tool_call>{function-name}\n<arg_key>{arg-key-1}</arg_key>\n<arg_value>{arg-value-1}</arg_value>\n"
        + "<arg_key>{arg-key-2}</arg_key>\n<arg_value>{arg-value-2}</arg_value>\n...\n</tool_call>\n";

    private const string OpenKey = "<arg_key>", CloseKey = "</arg_key>", OpenValue = "<arg_value>", CloseValue = "</arg_value>";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) =>
        Prompt.Replace("{0}", ToolText.JsonLines(tools, ToolFormats.Wrapped), StringComparison.Ordinal);

    public static string Calls(IReadOnlyList<Call> calls)
    {
        var builder = new StringBuilder();
        foreach (var call in calls)
        {
            builder.Append($"\n{QwenTools.Open}{call.Name}");
            foreach (var (key, value) in call.Named.Items)
                builder.Append($"\n{OpenKey}{key}{CloseKey}\n{OpenValue}{ToolText.Unquoted(value)}{CloseValue}");
            builder.Append($"\n{QwenTools.Close}");
        }
        return builder.ToString();
    }

    public static List<Call>? Read(string output, ToolSchemas schemas) =>
        QwenTools.ReadAll(output, (text, at) => ReadOwn(text, at, schemas) ?? QwenTools.ReadJson(text, at, AsJsonCall));

    // Arguments stay what the JSON says, a text too: this format's JSON form is only read, never written.
    private static Call? AsJsonCall(object item) =>
        item is PyDict dict && dict.Find("name") is string name && dict.Find("arguments") is { } arguments ? new Call(name, arguments) : null;

    private static (Call Call, int End)? ReadOwn(string output, int at, ToolSchemas schemas)
    {
        int end = at;
        while (end < output.Length && !char.IsWhiteSpace(output[end]) && output[end] != '<') end++;
        if (end == at || !(char.IsLetter(output[at]) || output[at] == '_')) return null;
        string name = output[at..end];
        var arguments = new PyDict();
        for (at = ToolText.SkipSpace(output, end); ToolText.Has(output, at, OpenKey); at = ToolText.SkipSpace(output, at))
        {
            int keyEnd = output.IndexOf(CloseKey, at, StringComparison.Ordinal);
            int value = keyEnd < 0 ? -1 : ToolText.SkipSpace(output, keyEnd + CloseKey.Length);
            if (value < 0 || !ToolText.Has(output, value, OpenValue)) return null;
            int valueEnd = ToolText.FindClose(output, value, CloseValue, OpenKey, QwenTools.Close);
            if (valueEnd < 0) return null;
            string key = output[(at + OpenKey.Length)..keyEnd];
            arguments[key] = schemas.Value(name, key, output[(value + OpenValue.Length)..valueEnd]);
            at = valueEnd + CloseValue.Length;
        }
        return ToolText.Has(output, at, QwenTools.Close) ? (new Call(name, arguments), at) : null;
    }
}
