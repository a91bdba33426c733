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
        int done = 0;
        foreach (var item in GoldenJson.Load(Path.Combine(folder, "templates.json")).EnumerateArray())
        {
            string file = item.Text("file")!, jinja = File.ReadAllText(Path.Combine(folder, "templates", file));
            string?[] special = [.. new[] { "bos_token", "eos_token", "pad_token", "unk_token" }.Select(role => item.GetProperty("special_tokens").Text(role))];
            var tokenizer = plain.WithTokens([.. special.OfType<string>().Distinct()], special: true)
                .WithSpecial(new SpecialTokens(special[0], special[1], special[2], special[3], [])).WithChatTemplate(jinja);
            try
            {
                Check(ChatTemplates.Find("jinja", tokenizer), file, item.Flag("has_generation_tag"));
                done++;
            }
            catch (UserError error)
            {
                Assert.DoesNotContain('\n', error.Message);
                refused.Add($"{file}: {error.Message}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{done} templates train, {refused.Count} are refused:\n{string.Join('\n', refused)}");
        Assert.True(done > refused.Count * 10, string.Join('\n', refused));
    }

    private static void Check(ITemplate template, string file, bool marked)
    {
        var pairs = template.EncodeMultiturn(Chat, new RenderOptions());
        string[] prompts = [.. pairs.Select(pair => Text(template, pair.Prompt))], answers = [.. pairs.Select(pair => Text(template, pair.Answer))];
        Assert.True(answers.Length == 2 && answers[0].Contains(First) && answers[1].Contains(Second), $"{file}: {string.Join(" | ", answers)}");
        Assert.DoesNotContain("Are you sure", answers[0]);
        Assert.True(prompts[0].Contains("2 and 2") && prompts[1].Contains("Are you sure?"), $"{file}: {string.Join(" | ", prompts)}");
        Assert.DoesNotContain(First, prompts[1]);
        var last = template.EncodeOneturn(Chat, new RenderOptions());
        Assert.Contains(Second, Text(template, last.Answer));
        if (!marked) Assert.EndsWith(answers[1], Text(template, last.Answer));
    }

    private static string Text(ITemplate template, int[] ids) => template.Tokenizer.Decode(ids, skipSpecialTokens: false);
}
