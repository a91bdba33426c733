// Tool calls through every format: what is printed reads back as the same calls.
using FastTune.Templates;
using Xunit;

namespace FastTune.Tests.Host.Templates;

public class ToolFormatsTest
{
    private const string Tools =
        """[{"name": "find", "parameters": {"properties": {"text": {"type": "string"}, "most": {"type": "integer"}, "deep": {"type": "object"}}}}]""";

    private const string Arguments = """{"deep": {"a": [1, true, null, 2.5]}, "most": 12345678901234567890, "text": "say \"123\" </x>, a: b"}""";

    public static TheoryData<string> Formats => [.. ToolFormats.All.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Call_reads_back(string format)
    {
        var calls = ToolFormats.ReadMessage($$"""{"name": "find", "arguments": {{Arguments}}}""", 1);
        string text = ToolFormats.RenderCalls(format, calls);
        Assert.Equal([new ToolCall("find", Arguments)], ToolFormats.Read(format, text, Tools));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Parallel_calls_read_back_or_are_refused(string format)
    {
        var calls = ToolFormats.ReadMessage($$$"""[{"name": "find", "arguments": {{{Arguments}}}}, {"name": "now", "arguments": {}}, {"name": "find", "arguments": {"text": "[y]"}}]""", 1);
        if (ToolFormats.All[format].OneCall)
        {
            Assert.Throws<UserError>(() => ToolFormats.RenderCalls(format, calls));
            return;
        }
        string tools = Tools[..^1] + """, {"name": "now", "parameters": {"properties": {}}}]""";
        Assert.Equal([new ToolCall("find", Arguments), new ToolCall("now", "{}"), new ToolCall("find", """{"text": "[y]"}""")], ToolFormats.Read(format, ToolFormats.RenderCalls(format, calls), tools));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Any_output_is_a_call_or_a_text(string format)
    {
        var random = new Random(5);
        string call = ToolFormats.RenderCalls(format, ToolFormats.ReadMessage($$"""{"name": "find", "arguments": {{Arguments}}}""", 1));
        for (int i = 0; i < 300; i++)
        {
            char[] output = call.ToCharArray();
            for (int hits = random.Next(1, 4); hits > 0; hits--) output[random.Next(output.Length)] = call[random.Next(call.Length)];
            ToolFormats.Read(format, new string(output), Tools);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Text_with_the_looks_of_a_call_cut_short_stays_text(string format)
    {
        var calls = ToolFormats.ReadMessage($$"""{"name": "find", "arguments": {{Arguments}}}""", 1);
        string text = ToolFormats.RenderCalls(format, calls);
        for (int length = 0; length < text.TrimEnd().Length; length++)
            Assert.Null(ToolFormats.Read(format, text[..length], Tools));
    }

    [Fact]
    public void Text_that_looks_like_a_number_needs_the_schema()
    {
        const string Output = "<tool_call>\n<function=find>\n<parameter=text>\n123\n</parameter>\n</function>\n</tool_call>";
        Assert.Equal("{\"text\": \"123\"}", ToolFormats.Read("qwen3_5", Output, Tools)![0].Arguments);
        Assert.Equal("{\"text\": 123}", ToolFormats.Read("qwen3_5", Output, null)![0].Arguments);
    }

    [Theory]
    [InlineData("[", "not JSON")]
    [InlineData("5", "JSON int")]
    [InlineData("[5]", "tool 1")]
    [InlineData("[{}]", "no \"name\"")]
    public void Broken_tool_list_is_one_line(string json, string expected)
    {
        var error = Assert.Throws<UserError>(() => ToolFormats.RenderTools("default", json, new DateOnly(2026, 3, 5)));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Deep_json_is_refused() =>
        Assert.Contains("nested deeper", Assert.Throws<UserError>(() => ToolFormats.ReadMessage(new string('[', 100_000), 0)).Message);
}
