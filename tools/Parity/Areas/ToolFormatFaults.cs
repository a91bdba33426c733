// A fault that tool_formats.json marks in a format shows in the templates that use it too, marked or not: the format's right text
// is asked for there as well. A difference is such a fault when the expected calls cannot be read and ours can.
using System.Text.Json;
using FastTune.Templates;

namespace FastTune.Parity;

internal static class ToolFormatFaults
{
    /// <summary>True when every difference is in the answer of a function message, the folder marks the template's format as writing
    /// some calls wrongly, the expected text does not read back as a call, and ours reads back as the very calls of the message.</summary>
    public static bool Explain(TemplateDefinition template, string folder, JsonElement expected, IReadOnlyList<RenderedPair> got, IReadOnlyList<Message> messages)
    {
        if (!IsMarked(template.CallFormat, folder)) return false;
        var turns = expected.GetProperty("multiturn").EnumerateArray().ToList();
        if (turns.Count != got.Count) return false;
        for (int turn = 0; turn < turns.Count; turn++)
        {
            if (!GoldenParts.Read(turns[turn][0]).SequenceEqual(got[turn].Prompt)) return false;
            var answer = GoldenParts.Read(turns[turn][1]);
            if (!answer.SequenceEqual(got[turn].Answer) && !IsFault(template, answer, got[turn].Answer, messages[(2 * turn) + 1], (2 * turn) + 1)) return false;
        }
        return true;
    }

    private static bool IsMarked(string format, string folder)
    {
        string file = Path.Combine(folder, "tool_formats.json");
        return File.Exists(file) && GoldenJson.Load(file).Find("format:" + format) is { } rows
            && rows.GetProperty("calls").EnumerateArray().Any(row => row.Flag("lf_bug") && row.Text("text") is { } wrong && row.Text("right_text") is { } right && wrong != right);
    }

    private static bool IsFault(TemplateDefinition template, List<Part> expected, IReadOnlyList<Part> got, Message message, int index)
    {
        if (message.Role != Role.Function || expected.Count != got.Count) return false;
        var calls = ToolFormats.ReadMessage(message.Content, index).ToList();
        string tools = JsonSerializer.Serialize(calls.Select(call => new { name = call.Name }));
        for (int i = 0; i < expected.Count; i++)
        {
            if (expected[i] == got[i]) continue;
            if (expected[i].Kind != PartKind.Text || got[i].Kind != PartKind.Text) return false;
            if (ToolFormats.Read(template.CallFormat, expected[i].Text, tools) is not null) return false;
            var read = ToolFormats.Read(template.CallFormat, got[i].Text, tools);
            string text = ToolFormats.RenderCalls("default", calls);
            if (read is null || text != ToolFormats.RenderCalls("default", [.. ToolFormats.ReadMessage(AsMessage(read), index)])) return false;
        }
        return true;
    }

    private static string AsMessage(IReadOnlyList<ToolCall> calls) =>
        "[" + string.Join(", ", calls.Select(call => $"{{\"name\": {JsonSerializer.Serialize(call.Name)}, \"arguments\": {call.Arguments}}}")) + "]";
}
