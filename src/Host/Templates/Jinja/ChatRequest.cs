// A chat as a chat template sees it: messages made ready as Hugging Face's apply_chat_template does it, and the answer that is to go on.
using FastTune.Templates.Values;
using FastTune.Tokenizers;

namespace FastTune.Templates.Jinja;

/// <summary>What a chat template is rendered with.</summary>
/// <param name="Messages">JSON objects with role and content.</param>
/// <param name="Tools">List of tools, or null.</param>
/// <param name="Documents">List of documents, or null.</param>
/// <param name="Variables">Special tokens and further variables; the later ones win.</param>
/// <param name="Continue">Name of the last message's field whose text the model is to go on with; null: none.</param>
internal sealed record ChatRequest(
    List<object> Messages, object? Tools = null, object? Documents = null, bool AddGenerationPrompt = false,
    IReadOnlyList<KeyValuePair<string, object>>? Variables = null, string? Continue = null)
{
    private const string Tag = "CONTINUE_FINAL_MESSAGE_TAG ";

    private static readonly string[] ReasoningKeys = ["reasoning_content", "thinking", "reasoning"];

    public JinjaResult Render(JinjaTemplate template, DateTime now, JinjaLimits? limits = null)
    {
        if (Messages.Count == 0) throw PyError.Value("the list of messages is empty");
        var messages = Messages.ToList();
        string? last = Continue is { } field ? MarkLast(messages, field) : null;
        messages = [.. messages.Select(Ready)]; // behind the mark: a thought's copies carry it too
        var variables = new Dictionary<string, object>
        {
            ["messages"] = messages,
            ["tools"] = Tools ?? PyNone.Value,
            ["documents"] = Documents ?? PyNone.Value,
            ["add_generation_prompt"] = AddGenerationPrompt,
        };
        foreach (var (name, value) in Variables ?? []) variables[name] = value;
        var result = template.Render(variables, now, limits);
        return last is null ? result : result with { Text = CutAtTag(result.Text, last) };
    }

    /// <summary>Token ids of the chat; sanitizing encodes control tokens of messages, tools and documents as plain text.</summary>
    /// <param name="source">The template's text: the marks of sanitizing must not occur in it.</param>
    public EncodedChat Encode(JinjaTemplate template, string source, Tokenizer tokenizer, bool sanitize, DateTime now)
    {
        if (!sanitize) return EncodedChat.Of(Render(template, now), tokenizer);
        var control = new ControlTokens(tokenizer, [source, .. Texts(Messages), .. Texts(Tools), .. Texts(Documents), .. (Variables ?? []).SelectMany(v => Texts(v.Value))]);
        var marked = this with
        {
            Messages = [.. Messages.Select(control.Marked)],
            Tools = Tools is null ? null : control.Marked(Tools),
            Documents = Documents is null ? null : control.Marked(Documents),
        };
        return new EncodedChat(control.Encode(marked.Render(template, now).Text), []);
    }

    private static IEnumerable<string> Texts(object? value) => value switch
    {
        string text => [text],
        List<object> list => list.SelectMany(Texts),
        PyDict dict => dict.Items.SelectMany(item => Texts(item.Key).Concat(Texts(item.Value))),
        _ => [],
    };

    // Null fields go; a thought gets both of the names that templates know.
    private static object Ready(object message)
    {
        if (message is not PyDict dict) return message;
        var ready = new PyDict();
        object? reasoning = ReasoningKeys.Select(dict.Find).FirstOrDefault(value => value is not (null or PyNone));
        if (reasoning is not null && dict.Find("thinking") is (null or PyNone)) ready["thinking"] = reasoning;
        foreach (var (key, value) in dict.Items)
            if (value is not PyNone) ready[key] = value;
        if (reasoning is not null) ready["reasoning_content"] = reasoning;
        return ready;
    }

    private static string MarkLast(List<object> messages, string field)
    {
        if (messages[^1] is not PyDict last || last.Find(field) is not { } content)
            throw PyError.Value($"the last message has no field \"{field}\" to go on with");
        messages[^1] = last = new PyDict(last);
        if (content is not List<object> blocks)
        {
            last[field] = Args.Text(content) + Tag;
            return Args.Text(content);
        }
        int place = blocks.FindLastIndex(block => block is PyDict part && part.Find("text") is string);
        if (place < 0) throw PyError.Value("the last message has no text to go on with");
        var marked = new PyDict((PyDict)blocks[place]);
        string text = (string)marked.Find("text")!;
        marked["text"] = text + Tag;
        last[field] = new List<object>([.. blocks[..place], marked, .. blocks[(place + 1)..]]);
        return text;
    }

    private static string CutAtTag(string text, string last)
    {
        string mark = Tag.TrimEnd();
        int place = text.LastIndexOf(mark, StringComparison.Ordinal);
        if (place < 0 || !text.Contains(PyStrings.Trim(last), StringComparison.Ordinal))
            throw PyError.Value("the chat template leaves out the last message's text: it cannot be gone on with");
        string cut = text[..place];
        return string.CompareOrdinal(text, place, Tag, 0, Tag.Length) == 0 ? cut : PyStrings.TrimEnd(cut);
    }
}
