// Chat templates as their users see them: named, from a file, bound to a tokenizer.
using FastTune.Templates;
using Xunit;

namespace FastTune.Tests.Host.Templates;

public class ChatTemplatesTest
{
    private static readonly Message[] TwoTurns =
    [
        new(Role.User, "2+2?"), new(Role.Assistant, "<think>\nadd\n</think>\n\n4"), new(Role.User, "Sure?"), new(Role.Assistant, "Yes."),
    ];

    private static string Text(ITemplate template, int[] ids) => template.Tokenizer.Decode(ids, skipSpecialTokens: false);

    [Fact]
    public void Chatml_turns_are_pairs_of_prompt_and_answer()
    {
        var template = ChatTemplates.Find("chatml", LetterTokenizer.Plain);
        var pairs = template.EncodeMultiturn(TwoTurns, new RenderOptions(System: "Be kind."));
        Assert.Equal("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n", Text(template, pairs[0].Prompt));
        Assert.Equal("Yes.<|im_end|>\n", Text(template, pairs[1].Answer));
    }

    [Fact]
    public void Replaced_eos_becomes_the_first_stop_word_and_stop_words_become_single_tokens()
    {
        var template = ChatTemplates.Find("chatml", LetterTokenizer.Plain);
        Assert.Equal("<|im_end|>", template.Tokenizer.Special.Eos);
        Assert.Equal("<|im_end|>", template.Tokenizer.Special.Pad);
        Assert.Equal(["<|im_start|>"], template.Tokenizer.Special.Additional);
        Assert.Single(template.Tokenizer.Encode("<|im_start|>"));
        Assert.Equal(2, template.StopIds.Count);
    }

    [Theory]
    [InlineData(true, "", "<think>\n\n</think>\n\nYes.<|im_end|>\n")]
    [InlineData(null, "<think>\n\n</think>\n\n", "Yes.<|im_end|>\n")]
    [InlineData(false, "<think>\n\n</think>\n\n", "Yes.<|im_end|>\n")]
    public void Empty_thought_stands_where_thinking_says(bool? thinking, string promptEnd, string answer)
    {
        var template = ChatTemplates.Find("qwen3", LetterTokenizer.Plain);
        var pair = template.EncodeOneturn(TwoTurns, new RenderOptions(EnableThinking: thinking));
        Assert.EndsWith("assistant\n" + promptEnd, Text(template, pair.Prompt));
        Assert.DoesNotContain("add", Text(template, pair.Prompt));
        Assert.Equal(answer, Text(template, pair.Answer));
    }

    [Fact]
    public void Token_that_the_tokenizer_lacks_is_an_error_that_names_it()
    {
        var template = ChatTemplates.Find("chatglm3", LetterTokenizer.Plain);
        var error = Assert.Throws<UserError>(() => template.EncodeMultiturn(TwoTurns, new RenderOptions()));
        Assert.Contains("[gMASK]", error.Message);
    }

    [Fact]
    public void Unknown_name_gets_the_nearest_one() =>
        Assert.Contains("did you mean qwen3?", Assert.Throws<UserError>(() => ChatTemplates.Find("qwem3", LetterTokenizer.Plain)).Message);

    [Fact]
    public void Template_file_of_the_user_changes_one_that_ships()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "mine.json");
        File.WriteAllText(path, """{"like": "qwen3_nothink", "user": "<u>{{content}}</u>{{bos}}", "default_system": "Hi."}""");
        var template = ChatTemplates.Find(path, LetterTokenizer.Plain);
        var pair = template.EncodeOneturn(TwoTurns[2..], new RenderOptions());
        Assert.Equal("<|im_start|>system\nHi.<|im_end|>\n<u>Sure?</u><s>", Text(template, pair.Prompt));
    }

    [Theory]
    [InlineData("""{"user": "no content"}""", "\"user\" has no {{content}}")]
    [InlineData("""{"usr": "{{content}}"}""", "usr")]
    [InlineData("""{"kind": "odd"}""", "known kinds")]
    [InlineData("""{"user": "{{content}}{{when}}"}""", "{{when}}")]
    [InlineData("""{"like": "nothing_such"}""", "unknown")]
    [InlineData("""{"tools": "morse"}""", "known tool formats")]
    [InlineData("""{"user": """, "not a template file")]
    public void Broken_template_file_is_one_line(string json, string expected)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "mine.json");
        File.WriteAllText(path, json);
        var error = Assert.Throws<UserError>(() => ChatTemplates.Find(path, LetterTokenizer.Plain));
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void All_templates_that_ship_load()
    {
        Assert.Equal(124, ChatTemplates.Names.Count);
        foreach (string name in ChatTemplates.Names) Assert.Equal(name, ChatTemplates.Find(name, LetterTokenizer.Plain).Name);
    }
}
