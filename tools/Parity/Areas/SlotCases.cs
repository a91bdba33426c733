// Cases of slots.json: the data of every template that ships.
using System.Text.Json;
using FastTune.Templates;

namespace FastTune.Parity;

internal static class SlotCases
{
    private static readonly Dictionary<string, TemplateKind> Classes = new()
    {
        ["Template"] = TemplateKind.Plain,
        ["Llama2Template"] = TemplateKind.SystemInUser,
        ["MossVLTemplate"] = TemplateKind.ToolsFirst,
        ["ReasoningTemplate"] = TemplateKind.Reasoning,
        ["Glm47ReasoningTemplate"] = TemplateKind.ReasoningClosed,
    };

    public static IEnumerable<Case> Of(JsonElement templates) =>
        templates.EnumerateArray().Select(golden => new Case($"slots/{golden.Text("template")}", () => Check(golden)));

    public static TemplateKind KindOf(string className) => Classes[className];

    private static Verdict Check(JsonElement golden)
    {
        var got = TemplateLibrary.Find(golden.Text("template")!);
        string?[] differences =
        [
            Slots(golden, "prefix", got.Prefix), Slots(golden, "system", got.System), Slots(golden, "user", got.User),
            Slots(golden, "assistant", got.Assistant), Slots(golden, "function", got.Function), Slots(golden, "observation", got.Observation),
            Same("class", KindOf(golden.Text("class")!).ToString(), got.Kind.ToString()),
            Same("function.tool_format", golden.GetProperty("function").Text("tool_format"), got.CallFormat),
            Same("tools.tool_format", golden.GetProperty("tools").Text("tool_format"), got.Tools),
            Same("default_system", golden.Text("default_system"), got.DefaultSystem),
            Same("stop_words", string.Join('\n', golden.Texts("stop_words")), string.Join('\n', got.StopWords)),
            Same("thought_words", string.Join('|', golden.Texts("thought_words")), got.ThoughtWords.Open + "|" + got.ThoughtWords.Close),
            Same("tool_call_words", string.Join('|', golden.Texts("tool_call_words")), got.CallWords.Open + "|" + got.CallWords.Close),
            Same("efficient_eos", golden.Flag("efficient_eos").ToString(), got.EfficientEos.ToString()),
            Same("replace_eos", golden.Flag("replace_eos").ToString(), got.ReplaceEos.ToString()),
            Same("replace_jinja_template", golden.Flag("replace_jinja_template").ToString(), got.ReplaceChatTemplate.ToString()),
            Same("mm_plugin", golden.Text("mm_plugin"), (got.Media?.Processor ?? "Base") + "Plugin"),
            .. new[] { ("image", got.Media?.Image), ("video", got.Media?.Video), ("audio", got.Media?.Audio) }
                .Select(media => Same(media.Item1, golden.GetProperty("mm_tokens").Text(media.Item1 + "_token"), media.Item2)),
        ];
        string? first = differences.FirstOrDefault(difference => difference is not null);
        return first is null ? Verdict.Pass() : Verdict.Fail(first);
    }

    private static string? Slots(JsonElement golden, string role, IReadOnlyList<Part> got) =>
        GoldenParts.Difference(role, GoldenParts.Read(golden.GetProperty(role).GetProperty("slots")), got);

    private static string? Same(string what, string? expected, string? got) =>
        expected == got ? null : $"{what}: expected {JsonSerializer.Serialize(expected)}, got {JsonSerializer.Serialize(got)}";
}
