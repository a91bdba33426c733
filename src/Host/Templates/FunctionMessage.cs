// A function message: the JSON of one or more calls, with text or a thought around it, rendered in the template's tool format.
using System.Text;

namespace FastTune.Templates;

internal static class FunctionMessage
{
    /// <summary>The rendered calls, behind whatever text stands around their JSON.</summary>
    public static string Render(TemplateDefinition template, string content, int index)
    {
        var (around, json) = Split(template, content);
        var calls = json.SelectMany(text => ToolFormats.ReadMessage(text, index)).ToList();
        return around + ToolFormats.RenderCalls(template.CallFormat, calls);
    }

    // The JSON texts of a message, and everything else of it: marked calls first, else what follows a thought, else all.
    private static (string Around, IReadOnlyList<string> Json) Split(TemplateDefinition template, string content)
    {
        int most = ToolFormats.All[template.CallFormat].OneCall ? 1 : int.MaxValue;
        var marked = Marked(content, template.CallWords, most);
        // Data with text beside its calls comes with the default marks, whatever the template's own are.
        if (marked.Json.Count == 0) marked = Marked(content, ("<tool_call>", "</tool_call>"), most);
        if (marked.Json.Count > 0) return marked;
        var (open, close) = template.ThoughtWords;
        int start = content.IndexOf(open, StringComparison.Ordinal);
        int end = start < 0 ? -1 : content.IndexOf(close, start + open.Length, StringComparison.Ordinal);
        if (end < 0) return ("", [content]);
        end += close.Length;
        return (content[start..end], [content[..start] + content[end..]]);
    }

    private static (string Around, List<string> Json) Marked(string content, (string Open, string Close) words, int most)
    {
        var json = new List<string>();
        var around = new StringBuilder();
        int at = 0;
        while (true)
        {
            int start = json.Count == most ? -1 : content.IndexOf(words.Open, at, StringComparison.Ordinal);
            int end = start < 0 ? -1 : content.IndexOf(words.Close, start + words.Open.Length, StringComparison.Ordinal);
            string between = end < 0 ? content[at..] : content[at..start];
            // White space between two calls belongs to the marks, not to the message.
            if (json.Count == 0 || end < 0 || !string.IsNullOrWhiteSpace(between)) around.Append(between);
            if (end < 0) return (around.ToString(), json);
            json.Add(content[(start + words.Open.Length)..end]);
            at = end + words.Close.Length;
        }
    }
}
