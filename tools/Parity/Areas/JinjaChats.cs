// The chats of a jinja golden folder: its templates with their special tokens, its conversations, and how they meet.
using System.Text.Json;
using FastTune.Templates.Jinja;
using FastTune.Templates.Values;

namespace FastTune.Parity;

internal sealed class JinjaChats
{
    private readonly Dictionary<string, (Lazy<JinjaTemplate> Template, PyDict Special)> _templates;
    private readonly Dictionary<string, PyDict> _conversations;

    public JinjaChats(string folder)
    {
        _templates = Objects(Path.Combine(folder, "templates.json")).ToDictionary(
            item => (string)item.Find("file")!,
            item => (
                new Lazy<JinjaTemplate>(() => JinjaTemplate.Parse(File.ReadAllText(Path.Combine(folder, "templates", (string)item.Find("file")!)))),
                (PyDict)item.Find("special_tokens")!));
        _conversations = Objects(Path.Combine(folder, "conversations.json")).ToDictionary(item => (string)item.Find("id")!);
    }

    /// <summary>Renders the chat of one golden line: a conversation by id, or messages with a field to go on with.</summary>
    public JinjaResult Render(JsonElement line, DateTime now)
    {
        var (template, special) = _templates[line.Text("template")!];
        var chat = line.Text("conversation") is { } id ? _conversations[id] : (PyDict)PyJsonReader.Read(line.GetRawText());
        string? field = line.Find("continue_final_message") switch
        {
            { ValueKind: JsonValueKind.String } name => name.GetString(),
            { ValueKind: JsonValueKind.True } => "content",
            _ => null,
        };
        var extra = chat.Find("kwargs") as PyDict ?? new PyDict();
        var request = new ChatRequest(
            (List<object>)chat.Find("messages")!, Optional(chat, "tools"), Optional(chat, "documents"), chat.Find("add_generation_prompt") is true,
            [.. special.Items.Concat(extra.Items).Select(item => KeyValuePair.Create((string)item.Key, item.Value))], field);
        return request.Render(template.Value, now);
    }

    private static object? Optional(PyDict chat, string key) => chat.Find(key) is { } value and not PyNone ? value : null;

    private static IEnumerable<PyDict> Objects(string path) => ((List<object>)PyJsonReader.Read(File.ReadAllText(path))).Cast<PyDict>();
}
