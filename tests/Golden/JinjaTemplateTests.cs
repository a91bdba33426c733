// `template: jinja` with every real chat template: prompts and answers together are what the template prints, and answers are answers.
using FastTune.Parity;
using FastTune.Templates;
using FastTune.Tokenizers;
using Xunit;

namespace FastTune.Tests.Golden;

public sealed class JinjaTemplateTests
{
    private const string First = "The sum is four.", Second = "It is still four.";

    private static readonly Message[] Chat =
        [new(Role.User, "How much is 2 and 2?"), new(Role.Assistant, First), new(Role.User, "Are you sure?"), new(Role.Assistant, Second)];

    [Fact]
    public void Real_templates_train_on_their_answers()
    {
        Assert.SkipWhen(SharedFolder.Golden() is null, SharedFolder.Absent);
        string folder = Path.Combine(SharedFolder.Golden()!, "jinja");
        var plain = Tokenizer.Load(Path.Combine(SharedFolder.Golden()!, "..", "tokenizers", "qwen3"));
        var refused = new List<string>();
        var wrong = new List<string>();
        int done = 0;
        foreach (var item in GoldenJson.Load(Path.Combine(folder, "templates.json")).EnumerateArray())
        {
            string file = item.Text("file")!, jinja = File.ReadAllText(Path.Combine(folder, "templates", file));
            string?[] special = [.. new[] { "bos_token", "eos_token", "pad_token", "unk_token" }.Select(role => item.GetProperty("special_tokens").Text(role))];
            var tokenizer = plain.WithTokens([.. special.OfType<string>().Distinct()], special: true)
                .WithSpecial(new SpecialTokens(special[0], special[1], special[2], special[3], [])).WithChatTemplate(jinja);
            try
            {
                if (Fault(ChatTemplates.Find("jinja", tokenizer), item.Flag("has_generation_tag")) is { } fault) wrong.Add($"{file}: {fault}");
                else done++;
            }
            catch (UserError error)
            {
                Assert.DoesNotContain('\n', error.Message);
                refused.Add($"{file}: {error.Message}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{done} templates train, {refused.Count} are refused:\n{string.Join('\n', refused)}");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(done > refused.Count * 10, string.Join('\n', refused));
    }

    private static string? Fault(ITemplate template, bool marked)
    {
        var pairs = template.EncodeMultiturn(Chat, new RenderOptions());
        string[] prompts = [.. pairs.Select(pair => Text(template, pair.Prompt))], answers = [.. pairs.Select(pair => Text(template, pair.Answer))];
        string shown = string.Join(" | ", prompts.Zip(answers).Select(pair => $"[{pair.First}] [{pair.Second}]"));
        if (answers.Length != 2 || !answers[0].Contains(First) || !answers[1].Contains(Second) || answers[0].Contains("Are you sure")) return "answers: " + shown;
        if (!prompts[0].Contains("2 and 2") || !prompts[1].Contains("Are you sure?") || prompts[1].Contains(First)) return "prompts: " + shown;
        string last = Text(template, template.EncodeOneturn(Chat, new RenderOptions()).Answer);
        return last.Contains(Second) && (marked || last.EndsWith(answers[1], StringComparison.Ordinal)) ? null : $"one turn: {last} after {shown}";
    }

    private static string Text(ITemplate template, int[] ids) => template.Tokenizer.Decode(ids, skipSpecialTokens: false);
}
