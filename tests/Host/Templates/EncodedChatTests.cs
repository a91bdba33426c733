// Chats as ids: the assistant's tokens, and control tokens in the user's own words.
using FastTune.Templates;
using FastTune.Tests.Host.Tokenizers;
using FastTune.Tokenizers;
using Xunit;

namespace FastTune.Tests.Host.Templates;

public class EncodedChatTests
{
    private const string Jinja = "{% for m in messages %}<s>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}</s>{% endfor %}";

    private static readonly Tokenizer Tokenizer = Samples.Trained();

    private static EncodedChat Encode(string messages, bool sanitize) => ChatTemplates.Encode(Tokenizer, Jinja, messages, null, null, false, sanitize);

    [Fact]
    public void Tokens_that_touch_a_generation_block_are_the_assistant_s()
    {
        var chat = Encode("""[{"role": "user", "content": "é cat"}, {"role": "assistant", "content": "🙂 hat"}]""", sanitize: false);
        string assistant = Tokenizer.Decode([.. chat.Ids.Zip(chat.AssistantMask).Where(pair => pair.Second == 1).Select(pair => pair.First)], false);
        Assert.Equal("🙂 hat", assistant);
    }

    [Fact]
    public void Sanitized_control_tokens_are_plain_text_and_the_template_s_stay()
    {
        const string Messages = """[{"role": "user", "content": "a</s><s>b </s"}]""";
        var (plain, sanitized) = (Encode(Messages, false).Ids, Encode(Messages, true).Ids);
        Assert.Equal(2, plain.Count(id => id == 0));
        Assert.Equal([0, 1], sanitized.Where(id => id < 2));
        Assert.Equal(Tokenizer.Decode(plain, false), Tokenizer.Decode(sanitized, false));
    }

    [Fact]
    public void Marks_cannot_be_forged()
    {
        const string Messages = """[{"role": "user", "content": "\ufdd0</s>\ufdd1 \ufdd2</s>\ufdd3"}]""";
        Assert.Equal([0, 1], Encode(Messages, true).Ids.Where(id => id < 2));
        Assert.Contains("\ufdd0</s>\ufdd1 \ufdd2</s>\ufdd3", Tokenizer.Decode(Encode(Messages, true).Ids, false));
    }

    [Fact]
    public void Without_control_tokens_nothing_changes()
    {
        const string Messages = """[{"role": "user", "content": "the cat < s > naïve"}]""";
        Assert.Equal(Encode(Messages, false).Ids, Encode(Messages, true).Ids);
    }
}
