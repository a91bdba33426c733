// The tool format `gemma4`: tools and calls in Gemma's own notation, texts between <|"|> marks, keys bare.
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class Gemma4Tools
{
    public const string Quote = "<|\"|>", Open = "<|tool_call>call:", Close = "<tool_call|>";

    public static string Tools(IReadOnlyList<PyDict> tools, DateOnly today) => string.Join('\n', tools.Select(ToolFormats.Bare).Select(Declare));

    public static string Calls(IReadOnlyList<Call> calls) => string.Concat(calls.Select(call => $"{Open}{call.Name}{{{Inside(call.Arguments)}}}{Close}"));

    public static List<Call>? Read(string output, ToolSchemas schemas)
    {
        var calls = new List<Call>();
        for (int at = output.IndexOf(Open, StringComparison.Ordinal); at >= 0; at = output.IndexOf(Open, at, StringComparison.Ordinal))
        {
            int start = at + Open.Length;
            int brace = output.IndexOf('{', start);
            if (brace <= start) return null;
            var reader = new Gemma4Reader(output, brace);
            if (reader.ReadObject(0) is not { } arguments || !ToolText.Has(output, reader.At, Close)) return null;
            calls.Add(new Call(output[start..brace].Trim(), arguments));
            at = reader.At;
        }
        return calls.Count == 0 ? null : calls;
    }

    private static string Declare(PyDict tool)
    {
        var parts = new List<string> { $"description:{Quoted(Text(tool, "description"))}" };
        if (tool.Find("parameters") is PyDict { Count: > 0 } parameters) parts.Add($"parameters:{{{Parameters(parameters)}}}");
        if (tool.Find("response") is PyDict { Count: > 0 } response) parts.Add($"response:{{{Response(response)}}}");
        return $"declaration:{ToolFormats.NameOf(tool)}{{{string.Join(',', parts)}}}";
    }

    private static string Parameters(PyDict parameters)
    {
        var parts = new List<string>();
        if (parameters.Find("properties") is PyDict { Count: > 0 } properties)
            parts.Add($"properties:{{{string.Join(',', properties.Items.Select(item => $"{PyText.Str(item.Key)}:{{{Property(item.Value)}}}"))}}}");
        if (parameters.Find("required") is List<object> { Count: > 0 } required)
            parts.Add($"required:[{string.Join(',', required.Select(name => Quoted(PyText.Str(name))))}]");
        if (TypeOf(parameters) is { Length: > 0 } type) parts.Add($"type:{Quoted(type)}");
        return string.Join(',', parts);
    }

    private static string Property(object schema)
    {
        var dict = schema as PyDict ?? new PyDict();
        var parts = new List<string>();
        if (Text(dict, "description") is { Length: > 0 } description) parts.Add($"description:{Quoted(description)}");
        if (TypeOf(dict) is { Length: > 0 } type) parts.Add($"type:{Quoted(type)}");
        return string.Join(',', parts);
    }

    private static string Response(PyDict response)
    {
        var parts = new List<string>();
        if (Text(response, "description") is { Length: > 0 } description) parts.Add($"description:{Quoted(description)}");
        if (TypeOf(response) == "OBJECT") parts.Add($"type:{Quoted("OBJECT")}");
        return string.Join(',', parts);
    }

    private static string Inside(object arguments) => arguments switch
    {
        PyDict dict => Entries(dict),
        string text => text,
        _ => Value(arguments),
    };

    private static string Entries(PyDict dict) => string.Join(',', dict.Items
        .Select(item => (Key: PyText.Str(item.Key), item.Value)).OrderBy(item => item.Key, PyOrder.Text)
        .Select(item => $"{item.Key}:{Value(item.Value)}"));

    private static string Value(object value) => value switch
    {
        string text => Quoted(text),
        PyDict dict => $"{{{Entries(dict)}}}",
        List<object> list => $"[{string.Join(',', list.Select(Value))}]",
        bool or PyNone => PyJsonWriter.Write(value),
        _ => PyText.Str(value),
    };

    private static string Quoted(string text) => Quote + text + Quote;

    private static string TypeOf(PyDict schema) => Text(schema, "type").ToUpperInvariant();

    private static string Text(PyDict dict, string key) => dict.Find(key) is { } value && PyType.Truth(value) ? PyText.Str(value) : "";
}
