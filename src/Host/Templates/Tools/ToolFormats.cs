// The room's door for tool calls: the table of formats, and what all of them share (reading tool lists and function messages).
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class ToolFormats
{
    /// <summary>The format of templates that name none.</summary>
    public const string Default = "default";

    public static readonly IReadOnlyDictionary<string, ToolFormat> All = new Dictionary<string, ToolFormat>
    {
        [Default] = new(DefaultTools.Tools, DefaultTools.Calls, DefaultTools.Read),
        ["gemma4"] = new(Gemma4Tools.Tools, Gemma4Tools.Calls, Gemma4Tools.Read),
        ["glm4"] = new(Glm4Tools.Tools, Glm4Tools.Calls, Glm4Tools.Read, OneCall: true),
        ["glm4_moe"] = new(Glm4MoeTools.Tools, Glm4MoeTools.Calls, Glm4MoeTools.Read),
        ["lfm2"] = new(Lfm2Tools.Tools, Lfm2Tools.Calls, Lfm2Tools.Read),
        ["ling"] = new(QwenTools.LingTools, QwenTools.Calls, QwenTools.Read),
        ["llama3"] = new(Llama3Tools.Tools, Llama3Tools.Calls, Llama3Tools.Read),
        ["minimax1"] = new(MiniMax1Tools.Tools, MiniMax1Tools.Calls, MiniMax1Tools.Read),
        ["minimax2"] = new(MiniMax2Tools.Tools, MiniMax2Tools.Calls, MiniMax2Tools.Read),
        ["mistral"] = new(MistralTools.Tools, MistralTools.Calls, MistralTools.Read),
        ["qwen"] = new(QwenTools.Tools, QwenTools.Calls, QwenTools.Read),
        ["qwen3_5"] = new(Qwen35Tools.Tools, Qwen35Tools.Calls, Qwen35Tools.Read),
        ["seed_oss"] = new(SeedTools.Tools, SeedTools.Calls, SeedTools.Read, AnyTools: SeedTools.AnyTools),
    };

    /// <summary>System text of a tool list given as JSON text; an empty list or object gives an empty text.</summary>
    public static string RenderTools(string format, string json, DateOnly today)
    {
        object value = Parse(json, "the tool list");
        if (value is PyDict { Count: 0 } or List<object> { Count: 0 } or string { Length: 0 }) return "";
        return All[format].AnyTools is { } print ? print(value) : All[format].Tools(AsTools(value), today);
    }

    public static string RenderCalls(string format, IReadOnlyList<Call> calls) => All[format].Calls(calls);

    /// <summary>The calls in a model's output, or null when it is plain text.</summary>
    /// <param name="tools">The tool list as JSON text: formats that write texts without quotes need its types to read them back.</param>
    public static IReadOnlyList<ToolCall>? Read(string format, string output, string? tools)
    {
        var calls = All[format].Read(output, ToolSchemas.From(tools));
        return calls is null || calls.Count == 0 ? null : [.. calls.Select(call => new ToolCall(call.Name, PyJsonWriter.Write(call.Arguments)))];
    }

    /// <summary>The calls of a function message: one JSON object or a list of them, each with "name" and "arguments".</summary>
    /// <param name="index">Place of the message in its conversation, for errors.</param>
    public static IReadOnlyList<Call> ReadMessage(string json, int index)
    {
        string place = $"message {index + 1} (function)";
        object value = Parse(json, place);
        var items = value as List<object> ?? [value];
        return [.. items.Select(item => AsCall(item, "arguments")
            ?? throw new UserError($"{place}: a call must be a JSON object with \"name\" and \"arguments\""))];
    }

    /// <summary>A call from a JSON object, or null. Arguments that are the JSON text of an object count as that object.</summary>
    public static Call? AsCall(object item, string argumentsKey)
    {
        if (item is not PyDict dict || dict.Find("name") is not string name || dict.Find(argumentsKey) is not { } arguments) return null;
        return new Call(name, arguments is string text && PyJsonReader.TryRead(text) is PyDict inner ? inner : arguments);
    }

    /// <summary>The tool without its {"type": "function", "function": …} wrapper.</summary>
    public static PyDict Bare(PyDict tool) =>
        tool.Find("type") is not "function" ? tool
        : tool.Find("function") as PyDict ?? throw new UserError("a tool of type \"function\" has no object \"function\"");

    /// <summary>The tool inside that wrapper.</summary>
    public static PyDict Wrapped(PyDict tool) =>
        tool.Find("type") is "function" ? tool : new PyDict { ["type"] = "function", ["function"] = tool };

    public static string NameOf(PyDict tool) =>
        tool.Find("name") is { } name ? PyText.Str(name) : throw new UserError("a tool of the list has no \"name\"");

    private static IReadOnlyList<PyDict> AsTools(object value)
    {
        if (value is not List<object> list)
            throw new UserError($"the tool list is a JSON {PyType.Name(value)}; it must be a list of objects with \"name\" and \"parameters\"");
        return [.. list.Select((tool, place) => tool as PyDict
            ?? throw new UserError($"tool {place + 1} of the list is a JSON {PyType.Name(tool)}; it must be an object with \"name\" and \"parameters\""))];
    }

    private static object Parse(string json, string place)
    {
        try
        {
            return PyJsonReader.Read(json);
        }
        catch (PyError error)
        {
            throw new UserError($"{place}: not JSON: {error.Message}", inner: error);
        }
    }
}
