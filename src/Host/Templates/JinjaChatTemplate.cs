// `template: jinja`: the model's own chat template makes the text, and its answers are found in it.
using FastTune.Templates.Jinja;
using FastTune.Templates.Values;
using FastTune.Tokenizers;

namespace FastTune.Templates;

/// <summary>Trains on what the chat template prints for each answer: its {% generation %} blocks where it has one for each, else from
/// behind the generation prompt up to the end of the answer's turn.</summary>
internal sealed class JinjaChatTemplate(ITokenizer tokenizer, string chatTemplate, TemplateOptions changes, TimeProvider clock) : ITemplate
{
    private readonly ModelChat _chat = new(chatTemplate, tokenizer.Special, clock);

    // Templates of models that also see pictures may print a content only as a list of parts.
    private readonly Lazy<bool> _wantsParts = new(() => WantsParts(new ModelChat(chatTemplate, tokenizer.Special, clock)));

    public string Name => "jinja";

    public ITokenizer Tokenizer { get; } = tokenizer;

    public bool EfficientEos => false;

    public IReadOnlySet<int> StopIds { get; } =
        tokenizer.Special.Eos is { } eos && tokenizer.TokenToId(eos) is { } id ? new HashSet<int> { id } : new HashSet<int>();

    public string DocumentEnd => Tokenizer.Special.Eos ?? "";

    public IReadOnlyList<EncodedPair> EncodeMultiturn(IReadOnlyList<Message> messages, RenderOptions options)
    {
        var rendered = Render(messages, messages.Count, prompt: false, options);
        int answers = messages.Count / 2;
        var answer = AnswerText.Marked(rendered, answers) ?? Found(messages, rendered.Text, options);
        var pairs = new List<EncodedPair>();
        int from = 0;
        foreach (var (start, end) in answer)
        {
            AnswerText.CheckShown(rendered.Text[start..end], messages, pairs.Count);
            pairs.Add(new EncodedPair(Tokenizer.Encode(rendered.Text[from..start]), Tokenizer.Encode(rendered.Text[start..end])));
            from = end;
        }
        return pairs;
    }

    public EncodedPair EncodeOneturn(IReadOnlyList<Message> messages, RenderOptions options)
    {
        string whole = Render(messages, messages.Count, prompt: false, options).Text;
        string prompt = Render(messages, messages.Count - 1, prompt: true, options).Text;
        int start = StartOf(whole, prompt, messages, messages.Count - 1, options);
        return new EncodedPair(Tokenizer.Encode(prompt), Tokenizer.Encode(whole[start..]));
    }

    public IReadOnlyList<ToolCall>? ReadToolCalls(string output, string? tools) => ToolFormats.Read(changes.ToolFormat ?? "qwen", output, tools);

    private List<(int Start, int End)> Found(IReadOnlyList<Message> messages, string whole, RenderOptions options)
    {
        var found = new List<(int Start, int End)>();
        for (int i = 1, from = 0; i < messages.Count; i += 2)
        {
            int start = StartOf(whole, Render(messages, i, prompt: true, options).Text, messages, i, options);
            int end = i == messages.Count - 1 ? whole.Length : EndOf(whole, messages, start, i, options);
            if (start < from || end < start) throw AnswerText.NoEnd(end < start ? i : i - 2);
            found.Add((start, from = end));
        }
        return found;
    }

    // The conversation that stops behind the answer is the beginning of the whole; where later messages change what is printed
    // (a thought that is left out of the history), the answer ends as the last one does.
    private int EndOf(string whole, IReadOnlyList<Message> messages, int start, int index, RenderOptions options)
    {
        string until = Render(messages, index + 1, prompt: false, options).Text;
        if (until.Length > start && whole.StartsWith(until, StringComparison.Ordinal)) return until.Length;
        // A template that closes the chat (with an eos) does so behind the shorter one too: what both share, token by token, is the turn.
        int shared = Shared(whole, until), behind = AnswerText.Behind(whole, messages[index], start);
        return behind >= 0 && shared > behind
            ? shared
            : AnswerText.EndOf(whole, messages[index], start, AnswerText.Tail(whole, messages[^1]), index);
    }

    private int Shared(string whole, string until)
    {
        int[] left = Tokenizer.Encode(until), right = Tokenizer.Encode(whole);
        string text = Tokenizer.Decode(left.AsSpan(0, left.AsSpan().CommonPrefixLength(right)), skipSpecialTokens: false);
        return whole.StartsWith(text, StringComparison.Ordinal) ? text.Length : 0;
    }

    // A prompt is the beginning of the whole. Where the template prints more in a prompt than in front of a finished answer (an empty
    // thought), the answer begins where the two part, if that is behind everything that came before the answer.
    private int StartOf(string whole, string prompt, IReadOnlyList<Message> messages, int index, RenderOptions options)
    {
        if (prompt.Length > 0 && whole.StartsWith(prompt, StringComparison.Ordinal)) return prompt.Length;
        string before = Render(messages, index, prompt: false, options).Text;
        int shared = prompt.AsSpan().CommonPrefixLength(whole);
        return shared > before.Length && whole.StartsWith(before, StringComparison.Ordinal)
            ? shared
            : throw new UserError("chat template: it prints the conversation differently once the answer is there, so the answer cannot be told from the prompt; name a template instead of jinja");
    }

    private JinjaResult Render(IReadOnlyList<Message> messages, int count, bool prompt, RenderOptions options)
    {
        var chat = new List<object>();
        string? system = string.IsNullOrEmpty(options.System) ? changes.DefaultSystem : options.System;
        if (!string.IsNullOrEmpty(system)) chat.Add(ModelChat.Message("system", Content(system)));
        for (int i = 0; i < count; i++) chat.Add(Converted(messages[i], i));
        object? tools = string.IsNullOrEmpty(options.Tools) ? null : ModelChat.AsUser(() => PyJsonReader.Read(options.Tools));
        List<KeyValuePair<string, object>> variables = options.EnableThinking is { } thinking ? [new("enable_thinking", thinking)] : [];
        return _chat.Render(chat, prompt, tools, variables);
    }

    private static bool WantsParts(ModelChat chat)
    {
        const string Mark = "(text)";
        bool Shows(object content)
        {
            try
            {
                string text = chat.Render([ModelChat.Message("user", content), ModelChat.Message("assistant", content)], addGenerationPrompt: false).Text;
                return text.Split(Mark).Length > 2;
            }
            catch (UserError)
            {
                return false;
            }
        }
        return !Shows(Mark) && Shows(Parts(Mark));
    }

    private static List<object> Parts(string text) => [new PyDict { ["type"] = "text", ["text"] = text }];

    private object Content(string text) => _wantsParts.Value ? Parts(text) : text;

    private PyDict Converted(Message message, int index)
    {
        if (message.Role != Role.Function)
            return ModelChat.Message(message.Role switch { Role.User => "user", Role.Observation => "tool", _ => "assistant" }, Content(message.Content));
        var calls = ToolFormats.ReadMessage(message.Content, index).Select(object (call) => new PyDict
        {
            ["type"] = "function",
            ["function"] = new PyDict { ["name"] = call.Name, ["arguments"] = call.Arguments },
        });
        var result = ModelChat.Message("assistant", Content(""));
        result["tool_calls"] = calls.ToList();
        return result;
    }
}
