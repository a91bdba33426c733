// The chats of a jinja golden folder: its templates with their special tokens, its conversations, and how they meet.
using System.Text.Json;
using FastTune.Templates;
using FastTune.Templates.Jinja;
using FastTune.Templates.Values;
using FastTune.Tokenizers;

namespace FastTune.Parity;

internal sealed class JinjaChats
{
    private readonly Dictionary<string, (Lazy<string> Source, Lazy<JinjaTemplate> Template, PyDict Special)> _templates;
    private readonly Dictionary<string, PyDict> _conversations;

    public JinjaChats(string folder)
    {
        _templates = Objects(Path.Combine(folder, "templates.json")).ToDictionary(
            item => (string)item.Find("file")!,
            item => Template(Path.Combine(folder, "templates", (string)item.Find("file")!), (PyDict)item.Find("special_tokens")!));
        _conversations = Objects(Path.Combine(folder, "conversations.json")).ToDictionary(item => (string)item.Find("id")!);
    }

    private static (Lazy<string>, Lazy<JinjaTemplate>, PyDict) Template(string file, PyDict special)
    {
        var source = new Lazy<string>(() => File.ReadAllText(file));
        return (source, new Lazy<JinjaTemplate>(() => JinjaTemplate.Parse(source.Value)), special);
    }

    /// <summary>Renders the chat of one golden line: a conversation by id, or messages with a field to go on with.</summary>
    public JinjaResult Render(JsonElement line, DateTime now) => Request(line).Render(_templates[line.Text("template")!].Template.Value, now);

    /// <summary>Token ids of the chat of one golden line.</summary>
    public EncodedChat Encode(JsonElement line, Tokenizer tokenizer, bool sanitize, DateTime now)
    {
        var template = _templates[line.Text("template")!];
        return Request(line).Encode(template.Template.Value, template.Source.Value, tokenizer, sanitize, now);
    }

    private ChatRequest Request(JsonElement line)
    {
        var special = _templates[line.Text("template")!].Special;
        var chat = line.Text("conversation") is { } id ? _conversations[id] : (PyDict)PyJsonReader.Read(line.GetRawText());
        string? field = line.Find("continue_final_message") switch
        {
            { ValueKind: JsonValueKind.String } name => name.GetString(),
            { ValueKind: JsonValueKind.True } => "content",
            _ => null,
        };
        var extra = chat.Find("kwargs") as PyDict ?? new PyDict();
        return new ChatRequest(
            (List<object>)chat.Find("messages")!, Optional(chat, "tools"), Optional(chat, "documents"), chat.Find("add_generation_prompt") is true,
            [.. special.Items.Concat(extra.Items).Select(item => KeyValuePair.Create((string)item.Key, item.Value))], field);
    }

    private static object? Optional(PyDict chat, string key) => chat.Find(key) is { } value and not PyNone ? value : null;

    private static IEnumerable<PyDict> Objects(string path) => ((List<object>)PyJsonReader.Read(File.ReadAllText(path))).Cast<PyDict>();
}
