// `template: jinja`: the model's own chat template makes the text, and its answers are found in it.
using FastTune.Templates.Values;
using FastTune.Tokenizers;

namespace FastTune.Templates;

/// <summary>Trains on what the chat template prints for each answer: behind the generation prompt, up to the end of the answer's turn.</summary>
internal sealed class JinjaChatTemplate(ITokenizer tokenizer, string chatTemplate, TimeProvider clock) : ITemplate
{
    private readonly ModelChat _chat = new(chatTemplate, tokenizer.Special, clock);

    public string Name => "jinja";

    public ITokenizer Tokenizer { get; } = tokenizer;

    public bool EfficientEos => false;

    public IReadOnlySet<int> StopIds { get; } =
        tokenizer.Special.Eos is { } eos && tokenizer.TokenToId(eos) is { } id ? new HashSet<int> { id } : new HashSet<int>();

    public string DocumentEnd => Tokenizer.Special.Eos ?? "";

    public IReadOnlyList<EncodedPair> EncodeMultiturn(IReadOnlyList<Message> messages, RenderOptions options)
    {
        string whole = Render(messages, messages.Count, prompt: false, options);
        string tail = Tail(whole, messages[^1]);
        var pairs = new List<EncodedPair>();
        int from = 0;
        for (int i = 1; i < messages.Count; i += 2)
        {
            int start = Shared(whole, Render(messages, i, prompt: true, options), from);
            int end = i == messages.Count - 1 ? whole.Length : EndOf(whole, messages[i], start, tail, i);
            pairs.Add(new EncodedPair(Tokenizer.Encode(whole[from..start]), Tokenizer.Encode(whole[start..end])));
            from = end;
        }
        return pairs;
    }

    public EncodedPair EncodeOneturn(IReadOnlyList<Message> messages, RenderOptions options)
    {
        string whole = Render(messages, messages.Count, prompt: false, options);
        string prompt = Render(messages, messages.Count - 1, prompt: true, options);
        int start = Shared(whole, prompt, 0);
        return new EncodedPair(Tokenizer.Encode(prompt), Tokenizer.Encode(whole[start..]));
    }

    public IReadOnlyList<ToolCall>? ReadToolCalls(string output, string? tools) => ToolFormats.Read("qwen", output, tools);

    private string Render(IReadOnlyList<Message> messages, int count, bool prompt, RenderOptions options)
    {
        var chat = new List<object>();
        if (!string.IsNullOrEmpty(options.System)) chat.Add(ModelChat.Message("system", options.System));
        for (int i = 0; i < count; i++) chat.Add(Converted(messages[i], i));
        object? tools = string.IsNullOrEmpty(options.Tools) ? null : ModelChat.AsUser(() => PyJsonReader.Read(options.Tools));
        List<KeyValuePair<string, object>> variables = options.EnableThinking is { } thinking ? [new("enable_thinking", thinking)] : [];
        return _chat.Render(chat, prompt, tools, variables).Text;
    }

    private static PyDict Converted(Message message, int index)
    {
        if (message.Role != Role.Function)
            return ModelChat.Message(message.Role switch { Role.User => "user", Role.Observation => "tool", _ => "assistant" }, message.Content);
        var calls = ToolFormats.ReadMessage(message.Content, index).Select(object (call) => new PyDict
        {
            ["type"] = "function",
            ["function"] = new PyDict { ["name"] = call.Name, ["arguments"] = call.Arguments },
        });
        var result = ModelChat.Message("assistant", "");
        result["tool_calls"] = calls.ToList();
        return result;
    }

    // A prompt is the beginning of the whole; a template that prints more behind it (an empty thought) has that in the answer.
    private static int Shared(string whole, string prompt, int from) => prompt.Length > from && whole.StartsWith(prompt, StringComparison.Ordinal)
        ? prompt.Length
        : throw new UserError("chat template: it prints the conversation differently once the answer is there, so the answer cannot be told from the prompt; name a template instead of jinja");

    private static string Tail(string whole, Message last)
    {
        string content = PyStrings.Trim(last.Content);
        int at = content.Length == 0 || last.Role == Role.Function ? -1 : whole.LastIndexOf(content, StringComparison.Ordinal);
        return at < 0 ? "" : whole[(at + content.Length)..];
    }

    private static int EndOf(string whole, Message answer, int start, string tail, int index)
    {
        string content = PyStrings.Trim(answer.Content);
        int at = answer.Role == Role.Function || content.Length == 0 ? start : whole.IndexOf(content, start, StringComparison.Ordinal) + content.Length;
        int end = at < start || tail.Length == 0 ? -1 : whole.IndexOf(tail, at, StringComparison.Ordinal);
        return end >= 0 ? end + tail.Length : throw new UserError(
            $"chat template: the end of answer {(index / 2) + 1} cannot be found in the rendered conversation; name a template instead of jinja");
    }
}
