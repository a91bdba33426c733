// Jinja chat templates: Python's rules, the sandbox, and the limits that hostile templates meet.
using FastTune.Templates;
using FastTune.Templates.Jinja;
using FastTune.Templates.Values;
using Xunit;

namespace FastTune.Tests.Host.Templates;

public class JinjaTest
{
    private static string Render(string template, JinjaLimits? limits = null) =>
        JinjaTemplate.Parse(template).Render(new Dictionary<string, object>(), new DateTime(2025, 3, 9), limits).Text;

    [Theory]
    [InlineData("{{ -7 // 2 }} {{ -7 % 3 }} {{ 8 / 2 }} {{ 2 ** 3 ** 2 }} {{ 2.675 | round(2) }}", "-4 2 4.0 64 2.67")]
    [InlineData("{{ [1, 'a', none, (1,)] }} {{ {'k': 1e16} | tojson }}", "[1, 'a', None, (1,)] {\"k\": 1e+16}")]
    [InlineData("a\n  {% if true %}\nb\n  {%- endif %}", "a\nb")]
    [InlineData("{% for x in [3, 1] if x > 1 %}{{ loop.index }}{{ x }}{{ loop.last }}{% endfor %}", "13True")]
    [InlineData("{% macro m(a, b=2) %}{{ a }}{{ b }}{{ caller() }}{% endmacro %}{% call m(1) %}!{% endcall %}", "12!")]
    [InlineData("{{ ''.__class__ }}|{{ '😀x'[1] }}|{{ 'ß' | upper }}", "|x|SS")]
    public void Renders_as_Python_would(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{{ [].__class__.__base__ }}", nameof(PyErrorKind.Security))]
    [InlineData("{{ [].append(1) }}", nameof(PyErrorKind.Security))]
    [InlineData("{{ 'a' + 1 }}", nameof(PyErrorKind.Type))]
    [InlineData("{{ x.y }}", nameof(PyErrorKind.Undefined))]
    [InlineData("{% if %}", nameof(PyErrorKind.Syntax))]
    [InlineData("{{ 9 ** (9 ** 9) }}", nameof(PyErrorKind.Limit))]
    [InlineData("{{ 'x' * 999999999999 }}", nameof(PyErrorKind.Limit))]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", nameof(PyErrorKind.Recursion))]
    public void Fails_with_the_kind_of_the_reference(string template, string kind) =>
        Assert.Equal(kind, Assert.Throws<PyError>(() => Render(template)).Kind.ToString());

    [Fact]
    public void Endless_work_ends_at_the_step_limit() =>
        Assert.Equal(PyErrorKind.Limit, Assert.Throws<PyError>(() => Render(
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", new JinjaLimits(Steps: 100_000))).Kind);

    [Fact]
    public void Deep_nesting_is_an_error_and_no_crash()
    {
        Assert.Equal(PyErrorKind.Recursion, Assert.Throws<PyError>(() => Render("{{ " + new string('(', 50_000) + "1")).Kind);
        Assert.Equal(PyErrorKind.Recursion, Assert.Throws<PyError>(() => Render(
            "{% set ns = namespace(v=[]) %}{% for i in range(99999) %}{% set ns.v = [ns.v] %}{% endfor %}{{ ns.v }}")).Kind);
    }

    [Fact]
    public void Own_chat_template_trains_on_what_it_prints_for_the_answers()
    {
        var tokenizer = LetterTokenizer.Plain with
        {
            ChatTemplate = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}",
        };
        var template = ChatTemplates.Find("jinja", tokenizer);
        var pairs = template.EncodeMultiturn(
            [new(Role.User, "a"), new(Role.Assistant, "b"), new(Role.User, "c"), new(Role.Assistant, "d")], new RenderOptions());
        Assert.Equal(["<user>a</s><assistant>", "<user>c</s><assistant>"], pairs.Select(pair => tokenizer.Decode(pair.Prompt, false)));
        Assert.Equal(["b</s>", "d</s>"], pairs.Select(pair => tokenizer.Decode(pair.Answer, false)));
    }

    private const string Turns =
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}<assistant>{% if enable_thinking is false %}<think></think>{% endif %}{% endif %}";

    [Fact]
    public void Generation_blocks_say_what_is_trained()
    {
        var tokenizer = LetterTokenizer.Plain with
        {
            ChatTemplate = "{% for m in messages %}{% if m.role == 'assistant' %}😀{% generation %}{{ m.content }}!{% endgeneration %}{% else %}?{{ m.content }}{% endif %}{% endfor %}",
        };
        var pairs = ChatTemplates.Find("jinja", tokenizer).EncodeMultiturn(TwoTurns, new RenderOptions());
        Assert.Equal(["?a😀", "?c😀"], pairs.Select(pair => tokenizer.Decode(pair.Prompt, false)));
        Assert.Equal(["b!", "d!"], pairs.Select(pair => tokenizer.Decode(pair.Answer, false)));
    }

    [Fact]
    public void Prompt_that_says_more_than_the_finished_text_ends_where_both_part()
    {
        var tokenizer = LetterTokenizer.Plain with { ChatTemplate = Turns };
        var template = ChatTemplates.Find("jinja", tokenizer);
        var pairs = template.EncodeMultiturn(TwoTurns, new RenderOptions(EnableThinking: false));
        Assert.Equal(["b</s>", "d</s>"], pairs.Select(pair => tokenizer.Decode(pair.Answer, false)));
        Assert.EndsWith("<think></think>", tokenizer.Decode(template.EncodeOneturn(TwoTurns, new RenderOptions(EnableThinking: false)).Prompt, false));
    }

    [Fact]
    public void Eos_behind_the_chat_is_the_last_answer_s_alone()
    {
        var tokenizer = new LetterTokenizer(LetterTokenizer.Plain.Special, ["<s>", "</s>", "<|end|>", "<|user|>", "<|bot|>"],
            "{% for m in messages %}<|{{ 'bot' if m.role == 'assistant' else m.role }}|>{{ m.content }}<|end|>{% endfor %}{{ '<|bot|>' if add_generation_prompt else eos_token }}");
        var pairs = ChatTemplates.Find("jinja", tokenizer).EncodeMultiturn(TwoTurns, new RenderOptions());
        Assert.Equal(["b<|end|>", "d<|end|></s>"], pairs.Select(pair => tokenizer.Decode(pair.Answer, false)));
        Assert.Equal("<|user|>c<|end|><|bot|>", tokenizer.Decode(pairs[1].Prompt, false));
    }

    [Fact]
    public void Default_system_and_tool_format_are_heard()
    {
        var template = ChatTemplates.Find("jinja", LetterTokenizer.Plain with { ChatTemplate = Turns }, new TemplateOptions("Be brief.", "glm4"));
        Assert.StartsWith("<system>Be brief.</s><user>a", template.Tokenizer.Decode(template.EncodeOneturn(TwoTurns, new RenderOptions()).Prompt, false));
        Assert.Equal("find", template.ReadToolCalls("find\n{\"text\": \"x\"}", null)![0].Name);
        Assert.Throws<UserError>(() => ChatTemplates.Find("jinja", template.Tokenizer, new TemplateOptions(ToolFormat: "morse")));
    }

    [Theory]
    [InlineData("{% for m in messages %}{{ m.role }}{% endfor %}", "does not print answer 1")]
    [InlineData("{{ messages[9].content }}", "chat template:")]
    [InlineData("{% if %}", "chat template:")]
    public void Template_that_hides_its_answers_is_one_line(string jinja, string expected)
    {
        var tokenizer = LetterTokenizer.Plain with { ChatTemplate = jinja };
        var error = Assert.Throws<UserError>(() => ChatTemplates.Find("jinja", tokenizer).EncodeMultiturn(TwoTurns, new RenderOptions()));
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static readonly Message[] TwoTurns = [new(Role.User, "a"), new(Role.Assistant, "b"), new(Role.User, "c"), new(Role.Assistant, "d")];
}
