// Cases of a template with a tokenizer: what the fix does, ids, the generated Jinja text and Modelfile, and the guess from that text.
using System.Text.Json;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Parity;

internal static class TemplateFixCases
{
    public static IEnumerable<Case> Of(JsonElement golden, string folder, GoldenConversations conversations)
    {
        string template = golden.Text("template")!;
        foreach (var fix in golden.GetProperty("tokenizers").EnumerateObject())
        {
            yield return new Case($"{template}/fix:{fix.Name}", () => CheckFix(template, fix.Value, Start(fix, folder)));
            yield return new Case($"{template}/text:{fix.Name}", () => CheckText(template, fix.Value, Start(fix, folder), conversations));
        }
    }

    /// <summary>The ids of one golden case with every tokenizer that it names; null when they are right.</summary>
    public static string? IdsDiffer(JsonElement golden, JsonElement item, string folder, IReadOnlyList<Message> messages, RenderOptions options, TimeProvider clock)
    {
        if (item.Find("right") is not null || item.Find("ids") is not { } all) return null;
        foreach (var ids in all.EnumerateObject())
        {
            var fix = golden.GetProperty("tokenizers").EnumerateObject().First(tokenizer => tokenizer.Name == ids.Name);
            var template = ChatTemplates.Find(golden.Text("template")!, Start(fix, folder), new TemplateOptions(Clock: clock));
            var turns = template.EncodeMultiturn(messages, options);
            string got = string.Join(" ", turns.Select(turn => $"[{string.Join(',', turn.Prompt)}|{string.Join(',', turn.Answer)}]"));
            string expected = string.Join(" ", ids.Value.GetProperty("multiturn").EnumerateArray().Select(turn => $"[{Ids(turn[0])}|{Ids(turn[1])}]"));
            if (got != expected) return $"ids of {ids.Name}: {GoldenJson.Difference(expected, got)}";
            if (ids.Value.Find("oneturn") is not { } oneturn) continue;
            var pair = template.EncodeOneturn(messages, options);
            string one = $"{string.Join(',', pair.Prompt)}|{string.Join(',', pair.Answer)}", wanted = $"{Ids(oneturn.GetProperty("prompt"))}|{Ids(oneturn.GetProperty("answer"))}";
            if (one != wanted) return $"oneturn ids of {ids.Name}: {GoldenJson.Difference(wanted, one)}";
        }
        return null;
    }

    private static ITokenizer Start(JsonProperty fix, string folder)
    {
        ITokenizer tokenizer = GoldenTokenizers.Load(folder, fix.Name);
        var added = fix.Value.Texts("pre_added_tokens");
        return added.Count == 0 ? tokenizer : tokenizer.WithTokens(added, special: true);
    }

    private static string Ids(JsonElement ids) => string.Join(',', ids.EnumerateArray().Select(id => id.GetInt32()));

    private static Verdict CheckFix(string name, JsonElement golden, ITokenizer start)
    {
        var got = (ChatTemplate)ChatTemplates.Find(name, start);
        var after = got.Tokenizer;
        string expected = Roles(golden.GetProperty("after"), golden.GetProperty("vocab_size_after").GetInt32(),
            golden.GetProperty("stop_token_ids").EnumerateArray().Select(id => id.GetInt32()), golden.Flag("chat_template_replaced"));
        string shown = Roles(after.Special, after.VocabularySize, got.StopIds, after.ChatTemplate != start.ChatTemplate);
        if (expected != shown) return Verdict.Fail(GoldenJson.Difference(expected, shown));
        foreach (var token in golden.GetProperty("new_tokens").EnumerateArray())
            if (after.TokenToId(token.Text("token")!) != token.GetProperty("id").GetInt32()) return Verdict.Fail($"new token {token}: got {after.TokenToId(token.Text("token")!)}");
        foreach (string word in golden.Texts("special_words"))
            if (after.Encode(word).Length != 1) return Verdict.Fail($"the stop word {word} is not one token");
        string thought = Ids(golden.GetProperty("thought_ids")), thoughtGot = string.Join(',', after.Encode(got.Definition.EmptyThought));
        return thought == thoughtGot ? Verdict.Pass() : Verdict.Fail($"thought_ids: expected {thought}, got {thoughtGot}");
    }

    private static string Roles(JsonElement special, int size, IEnumerable<int> stops, bool replaced) =>
        Roles(new SpecialTokens(special.Text("bos"), special.Text("eos"), special.Text("pad"), special.Text("unk"), []), size, stops, replaced);

    private static string Roles(SpecialTokens special, int size, IEnumerable<int> stops, bool replaced) =>
        $"bos {special.Bos} eos {special.Eos} pad {special.Pad} unk {special.Unk} size {size} stop {string.Join(',', stops.Order())} replaced {replaced}";

    private static Verdict CheckText(string name, JsonElement golden, ITokenizer start, GoldenConversations conversations)
    {
        var template = (ChatTemplate)ChatTemplates.Find(name, start);
        string? text = JinjaText.Of(template.Definition, template.Tokenizer.Special), expected = golden.Text("chat_template");
        if (text != expected) return Verdict.Fail($"chat_template: {GoldenJson.Difference(expected ?? "", text ?? "")}");
        string file = Lines(ChatTemplates.Modelfile(template)), wanted = Lines(golden.Text("ollama_modelfile"));
        if (file != wanted) return Verdict.Fail($"ollama_modelfile: {GoldenJson.Difference(wanted, file)}");
        if (text is null) return Verdict.Pass();
        var chat = new ModelChat(text, template.Tokenizer.Special, conversations.Clock);
        foreach (var rendered in golden.GetProperty("rendered").EnumerateObject())
        {
            string got = chat.Render(conversations.ChatMessages(rendered.Name), addGenerationPrompt: false).Text;
            if (got != rendered.Value.GetString()) return Verdict.Fail($"rendered {rendered.Name}: {GoldenJson.Difference(rendered.Value.GetString()!, got)}");
        }
        return golden.Find("parsed_back") is { } back ? GuessCases.CheckBack(back, template.Tokenizer, text, conversations.Clock) : Verdict.Pass();
    }

    // The order of the stop lines has no meaning.
    private static string Lines(string? file) => string.Join('\n', (file ?? "").Split('\n').OrderBy(line => line.StartsWith("PARAMETER stop", StringComparison.Ordinal) ? line : "", StringComparer.Ordinal));
}
