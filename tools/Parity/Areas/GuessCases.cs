// Cases of parse_template.json: templates guessed from a tokenizer's chat template.
using System.Text.Json;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Parity;

internal static class GuessCases
{
    public static IEnumerable<Case> Of(JsonElement golden, string folder, TimeProvider clock)
    {
        var texts = golden.GetProperty("chat_templates");
        foreach (var item in golden.GetProperty("cases").EnumerateArray())
        {
            string name = item.Text("chat_template")!;
            yield return new Case($"guess/{item.Text("tokenizer")}/{name}", () =>
            {
                var tokenizer = GoldenTokenizers.Load(folder, item.Text("tokenizer")!);
                string? text = texts.Text(name) ?? tokenizer.ChatTemplate;
                if (item.Find("class") is null && item.Find("error") is null)
                    return text is null && ChatTemplates.Find(null, tokenizer).Name == "empty" ? Verdict.Pass() : Verdict.Fail("expected no chat template and the template `empty`");
                return Check(item, tokenizer, text!, clock);
            });
        }
    }

    /// <summary>Compares a guess. A row with lf_bug has no right result: then no bos may repeat and no text be lost.</summary>
    public static Verdict Check(JsonElement golden, ITokenizer tokenizer, string text, TimeProvider clock)
    {
        if (golden.Text("error") is { } error) return TemplateCases.FailsAsExpected(() => GuessedTemplate.Of(tokenizer, text, clock), error);
        var got = GuessedTemplate.Of(tokenizer, text, clock);
        if (golden.Flag("lf_bug")) return CheckWhole(got, tokenizer, text, clock);
        string? difference = Part(golden, "prefix", got.Prefix) ?? Part(golden, "system", got.System) ?? Part(golden, "user", got.User) ?? Part(golden, "assistant", got.Assistant);
        if (difference is null && SlotCases.KindOf(golden.Text("class")!) != got.Kind) difference = $"class: got {got.Kind}";
        if (difference is null && golden.Text("default_system") != got.DefaultSystem) difference = $"default_system: {GoldenJson.Difference(golden.Text("default_system")!, got.DefaultSystem)}";
        return difference is null ? Verdict.Pass() : Verdict.Fail(difference);
    }

    /// <summary>Compares the guess from a generated chat template. The reference's guess is wrong, as parse_template.json says, where the
    /// text prints a bos that the tokenizer does not add, or does not print one that it adds.</summary>
    public static Verdict CheckBack(JsonElement golden, ITokenizer tokenizer, string text, TimeProvider clock)
    {
        string first = new ModelChat(text, tokenizer.Special, clock).Render([ModelChat.Message("user", "U")], true).Text;
        bool prints = tokenizer.Special.Bos is { } bos && first.StartsWith(bos, StringComparison.Ordinal);
        return prints == tokenizer.AddsBos ? Check(golden, tokenizer, text, clock) : CheckWhole(GuessedTemplate.Of(tokenizer, text, clock), tokenizer, text, clock);
    }

    private static Verdict CheckWhole(TemplateDefinition got, ITokenizer tokenizer, string text, TimeProvider clock)
    {
        var turns = new TemplateRenderer(got, clock).RenderMultiturn(
            [new(Role.User, "U1"), new(Role.Assistant, "A1"), new(Role.User, "U2"), new(Role.Assistant, "A2")], new RenderOptions("S"));
        string whole = string.Concat(turns.SelectMany(turn => turn.Prompt.Concat(turn.Answer)).Select(part => part.Text));
        string bos = tokenizer.Special.Bos ?? "\0";
        string rendered = new ModelChat(text, tokenizer.Special, clock).Render(
            [ModelChat.Message("system", "S"), ModelChat.Message("user", "U1"), ModelChat.Message("assistant", "A1"), ModelChat.Message("user", "U2"), ModelChat.Message("assistant", "A2")], false).Text;
        int repeated = whole.Split(bos).Length - 1, printed = rendered.Split(bos).Length - 1;
        if (repeated != Math.Max(printed, tokenizer.AddsBos ? 1 : 0)) return Verdict.Fail($"bos stands {repeated} times, the chat template prints it {printed} times: {JsonSerializer.Serialize(whole)}");
        string bare = Bare(whole, bos), wanted = Bare(rendered, bos);
        return bare == wanted ? Verdict.Pass() : Verdict.Fail(GoldenJson.Difference(wanted, bare));
    }

    // Without bos and thoughts, and without what differs between a generation prompt and an answer's own header.
    private static string Bare(string text, string bos) =>
        text.Replace(bos, "", StringComparison.Ordinal).Replace("<think>", "", StringComparison.Ordinal).Replace("</think>", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

    private static string? Part(JsonElement golden, string role, IReadOnlyList<Part> got) => GoldenParts.Difference(role, GoldenParts.Read(golden.GetProperty(role)), got);
}
