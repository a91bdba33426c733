// Cases of one template's golden file: every conversation as parts and as ids.
using System.Text.Json;
using FastTune.Templates;

namespace FastTune.Parity;

internal static class TemplateCases
{
    public static IEnumerable<Case> Of(JsonElement golden, string folder, GoldenConversations conversations)
    {
        string template = golden.Text("template")!;
        foreach (var item in golden.GetProperty("cases").EnumerateArray())
            yield return new Case($"{template}/{item.Text("conversation")}{Settings(item)}", () => Check(golden, item, folder, conversations));
    }

    private static string Settings(JsonElement item)
    {
        if (!item.TryGetProperty("enable_thinking", out var thinking)) return "";
        return $"/think={thinking.GetRawText()},preserve={item.Flag("preserve_thinking")},discard={item.Flag("discard_history_cot")}";
    }

    private static Verdict Check(JsonElement golden, JsonElement item, string folder, GoldenConversations conversations)
    {
        var template = TemplateLibrary.Find(golden.Text("template")!);
        var renderer = new TemplateRenderer(template, conversations.Clock);
        string id = item.Text("conversation")!;
        var messages = conversations.Messages(id, template);
        var options = Options(item, conversations.System(id), conversations.Tools(id));
        var expected = item.Find("right") ?? item;
        if (item.Find("error") is { } error && item.Find("right") is null)
            return FailsAsExpected(() => renderer.RenderMultiturn(messages, options), error.GetString()!);
        var got = renderer.RenderMultiturn(messages, options);
        string? turns = TurnsDiffer(expected, got);
        if (turns is not null && ToolFormatFaults.Explain(template, folder, expected, got, messages)) return Verdict.Pass(0, "right where the reference writes its calls unreadably; " + turns);
        string? difference = turns
            ?? OneturnDiffers(expected, renderer.RenderOneturn(messages, options))
            ?? TemplateFixCases.IdsDiffer(golden, item, folder, messages, options, conversations.Clock);
        return difference is null ? Verdict.Pass() : Verdict.Fail(difference);
    }

    public static RenderOptions Options(JsonElement item, string? system, string? tools) => new(
        system, tools, item.Find("enable_thinking")?.GetBoolean(), item.Flag("preserve_thinking"), item.Flag("discard_history_cot"));

    public static Verdict FailsAsExpected(Action action, string expected)
    {
        try
        {
            action();
            return Verdict.Fail($"expected an error ({expected}), got a result");
        }
        catch (UserError error)
        {
            return error.Message.Contains('\n') ? Verdict.Fail($"the error has several lines: {error.Message.ReplaceLineEndings(" ")}") : Verdict.Pass(0, error.Message);
        }
    }

    private static string? TurnsDiffer(JsonElement expected, IReadOnlyList<RenderedPair> got)
    {
        var turns = expected.GetProperty("multiturn").EnumerateArray().ToList();
        if (turns.Count != got.Count) return $"expected {turns.Count} turns, got {got.Count}";
        return turns.Zip(got).Select((turn, i) =>
            GoldenParts.Difference($"prompt {i}", GoldenParts.Read(turn.First[0]), turn.Second.Prompt)
            ?? GoldenParts.Difference($"answer {i}", GoldenParts.Read(turn.First[1]), turn.Second.Answer)).FirstOrDefault(difference => difference is not null);
    }

    // Absent: all parts of the turns, with the last answer apart.
    private static string? OneturnDiffers(JsonElement expected, RenderedPair got)
    {
        if (expected.Find("oneturn") is { } oneturn)
            return GoldenParts.Difference("oneturn prompt", GoldenParts.Read(oneturn.GetProperty("prompt")), got.Prompt)
                ?? GoldenParts.Difference("oneturn answer", GoldenParts.Read(oneturn.GetProperty("answer")), got.Answer);
        var lists = expected.GetProperty("multiturn").EnumerateArray().SelectMany(turn => turn.EnumerateArray()).Select(GoldenParts.Read).ToList();
        return GoldenParts.Difference("oneturn prompt", [.. lists[..^1].SelectMany(parts => parts)], got.Prompt)
            ?? GoldenParts.Difference("oneturn answer", lists[^1], got.Answer);
    }
}
