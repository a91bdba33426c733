// The tool format `default`: tools as a list in words, calls as "Action: name / Action Input: JSON".
using System.Text;
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class DefaultTools
{
    private const string Action = "Action:", Input = "Action Input:";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today)
    {
        var builder = new StringBuilder("You have access to the following tools:\n");
        var bare = tools.Select(ToolFormats.Bare).ToList();
        foreach (var tool in bare)
        {
            builder.Append($"> Tool Name: {ToolFormats.NameOf(tool)}\nTool Description: {Text(tool, "description")}\nTool Args:\n");
            AppendParameters(builder, tool.Find("parameters") as PyDict ?? new PyDict());
            builder.Append('\n');
        }
        string names = string.Join(", ", bare.Select(ToolFormats.NameOf));
        return builder.Append("Use the following format if using a tool:\n```\n")
            .Append($"Action: tool name (one of [{names}])\n")
            .Append("Action Input: the input to the tool, in a JSON format representing the kwargs ")
            .Append("(e.g. ```{\"input\": \"hello world\", \"num_beams\": 5}```)\n```\n").ToString();
    }

    public static string Calls(IReadOnlyList<Call> calls) =>
        string.Join('\n', calls.Select(call => $"{Action} {call.Name}\n{Input} {PyJsonWriter.Write(call.Arguments)}"));

    public static List<Call>? Read(string output, ToolSchemas schemas)
    {
        int at = 0;
        while ((at = output.IndexOf(Action, at, StringComparison.Ordinal)) >= 0)
        {
            if (Header(output, at) is not null) return ReadFrom(output, at);
            at += Action.Length;
        }
        return null;
    }

    // Calls that follow each other to the end; anything else among them makes the whole output a text.
    private static List<Call>? ReadFrom(string output, int at)
    {
        var calls = new List<Call>();
        while (at < output.Length)
        {
            if (Header(output, at) is not { } header) return null;
            int start = SkipFence(output, ToolText.SkipSpace(output, header.End));
            object value;
            try
            {
                value = PyJsonReader.ReadPrefix(output.AsSpan(start), out int length);
                at = ToolText.SkipSpace(output, SkipFence(output, start + length));
            }
            catch (PyError)
            {
                return null;
            }
            calls.Add(new Call(header.Name, value));
        }
        return calls;
    }

    private static (string Name, int End)? Header(string output, int at)
    {
        if (!ToolText.Has(output, at, Action)) return null;
        int start = ToolText.SkipSpace(output, at + Action.Length);
        int end = start;
        while (end < output.Length && !char.IsWhiteSpace(output[end])) end++;
        int input = ToolText.SkipSpace(output, end);
        return end > start && ToolText.Has(output, input, Input) ? (output[start..end], input + Input.Length) : null;
    }

    private static int SkipFence(string output, int at)
    {
        while (at < output.Length && output[at] is '"' or '`') at++;
        return at;
    }

    private static void AppendParameters(StringBuilder builder, PyDict parameters)
    {
        var required = parameters.Find("required") as List<object> ?? [];
        foreach (var (key, schema) in (parameters.Find("properties") as PyDict ?? new PyDict()).Items)
        {
            var parameter = schema as PyDict ?? new PyDict();
            string mark = required.Contains(key) ? ", required" : "";
            builder.Append($"  - {PyText.Str(key)} ({Text(parameter, "type")}{mark}): {Text(parameter, "description")}");
            if (parameter.Find("enum") is List<object> { Count: > 0 } choices)
                builder.Append($", should be one of [{string.Join(", ", choices.Select(ToolText.Unquoted))}]");
            if (parameter.Find("items") is PyDict { Count: > 0 } items)
                builder.Append($", where each item should be {Text(items, "type")}");
            builder.Append('\n');
        }
    }

    private static string Text(PyDict dict, string key) => dict.Find(key) is { } value ? PyText.Str(value) : "";
}
