// Cases of tool_formats.json: tool lists and calls as text, and model outputs read back.
using System.Globalization;
using System.Text.Json;
using FastTune.Templates;
using FastTune.Templates.Values;

namespace FastTune.Parity;

internal static class ToolFormatCases
{
    private const string Prefix = "format:";

    public static IEnumerable<Case> Of(JsonElement golden)
    {
        var day = DateOnly.ParseExact(golden.Text("date")!, "dd MMM yyyy", CultureInfo.InvariantCulture);
        var lists = ById(golden.GetProperty("tool_lists"));
        var messages = ById(golden.GetProperty("call_messages"));
        foreach (var format in golden.EnumerateObject().Where(property => property.Name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string name = format.Name[Prefix.Length..];
            var template = Plain(golden, name);
            foreach (var item in format.Value.GetProperty("tools").EnumerateArray())
                yield return new Case($"tools/{name}/list/{item.Text("id")}", () => CheckTools(item, () => ToolFormats.RenderTools(name, lists[item.Text("id")!].Text("tools")!, day)));
            foreach (var item in format.Value.GetProperty("calls").EnumerateArray())
                yield return new Case($"tools/{name}/call/{item.Text("id")}", () => CheckCalls(item, template, messages[item.Text("id")!]));
            foreach (var item in format.Value.GetProperty("extract").EnumerateArray())
                yield return new Case($"tools/{name}/read/{item.Text("id")}", () => CheckRead(item.Find("right") ?? item, name, item.Text("content")!, tools: null));
        }
    }

    private static Dictionary<string, JsonElement> ById(JsonElement items) => items.EnumerateArray().ToDictionary(item => item.Text("id")!);

    private static TemplateDefinition Plain(JsonElement golden, string format)
    {
        var thought = golden.Texts("thought_words");
        var call = golden.Texts("tool_call_words");
        return TemplateLibrary.Find("empty") with
        {
            CallFormat = format,
            ThoughtWords = (thought[0], thought[1]),
            CallWords = (call[0], call[1]),
        };
    }

    private static Verdict CheckTools(JsonElement item, Func<string> render)
    {
        string? expected = item.Text("right_text") ?? item.Text("text");
        if (expected is null && item.Text("error") is { } error && !item.Flag("lf_bug")) return TemplateCases.FailsAsExpected(() => render(), error);
        string got = render();
        return expected is null || expected == got ? Verdict.Pass() : Verdict.Fail(GoldenJson.Difference(expected, got));
    }

    private static Verdict CheckCalls(JsonElement item, TemplateDefinition template, JsonElement message)
    {
        string content = message.Text("content")!;
        var verdict = CheckTools(item, () => FunctionMessage.Render(template, content, 1));
        if (!verdict.Passed || (item.Find("right") ?? item.Find("extracted")) is not { } expected) return verdict;
        return CheckRead(expected, template.CallFormat, FunctionMessage.Render(template, content, 1), SchemaOf(message));
    }

    // A list of tools whose parameters have the types that the message's arguments have: what a reader would know.
    private static string? SchemaOf(JsonElement message)
    {
        if (message.Find("calls") is not { ValueKind: JsonValueKind.Array } calls) return null;
        return JsonSerializer.Serialize(calls.EnumerateArray().Select(call => new
        {
            name = call.Text("name"),
            parameters = new
            {
                properties = call.GetProperty("arguments").EnumerateObject().ToDictionary(
                    argument => argument.Name,
                    argument => new { type = argument.Value.ValueKind == JsonValueKind.String ? "string" : "any" }),
            },
        }));
    }

    private static Verdict CheckRead(JsonElement expected, string format, string content, string? tools)
    {
        var got = ToolFormats.Read(format, content, tools);
        if (expected.Find("calls") is not { } calls)
            return got is null ? Verdict.Pass() : Verdict.Fail($"expected a text, got the call {got[0]}");
        var wanted = calls.EnumerateArray().Select(call => new ToolCall(call.Text("name")!, call.Text("arguments")!)).ToList();
        if (got is null) return Verdict.Fail($"expected {wanted.Count} calls, got a text");
        if (got.Count != wanted.Count) return Verdict.Fail($"expected {wanted.Count} calls, got {got.Count}");
        var wrong = wanted.Zip(got).FirstOrDefault(pair => !SameCall(pair.First, pair.Second));
        return wrong == default ? Verdict.Pass() : Verdict.Fail($"expected {wrong.First}, got {wrong.Second}");
    }

    // The order of the arguments' keys does not count.
    private static bool SameCall(ToolCall expected, ToolCall got) => expected.Name == got.Name && Sorted(expected.Arguments) == Sorted(got.Arguments);

    private static string Sorted(string json) => PyJsonWriter.Write(PyJsonReader.Read(json), new PyJsonOptions(SortKeys: true));
}
