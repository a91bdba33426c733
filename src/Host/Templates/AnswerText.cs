// Where the answers stand in a conversation that a chat template printed.
using FastTune.Templates.Jinja;
using FastTune.Templates.Values;

namespace FastTune.Templates;

internal static class AnswerText
{
    /// <summary>The generation blocks as places in the text, when there is one for every answer; null otherwise.</summary>
    public static IReadOnlyList<(int Start, int End)>? Marked(JinjaResult rendered, int answers)
    {
        var spans = new List<GenerationSpan>();
        foreach (var span in rendered.GenerationSpans.OrderBy(span => span.Start))
        {
            // Blocks that touch are one answer: some templates put the eos into a block of its own.
            if (spans.Count > 0 && span.Start <= spans[^1].End) spans[^1] = new GenerationSpan(spans[^1].Start, Math.Max(spans[^1].End, span.End));
            else spans.Add(span);
        }
        if (spans.Count != answers) return null;
        var places = new List<(int, int)>();
        int codePoint = 0, at = 0;
        foreach (var span in spans)
        {
            int start = Advance(rendered.Text, ref codePoint, ref at, span.Start);
            places.Add((start, Advance(rendered.Text, ref codePoint, ref at, span.End)));
        }
        return places;
    }

    /// <summary>An answer that the template does not print would be trained on as something else.</summary>
    /// <param name="answer">Number of the answer, from 0.</param>
    public static void CheckShown(string text, IReadOnlyList<Message> messages, int answer)
    {
        var message = messages[(2 * answer) + 1];
        if (message.Role == Role.Function || text.Contains(PyStrings.Trim(ToolText.AfterThought(message.Content)), StringComparison.Ordinal)) return;
        throw new UserError($"chat template: it does not print answer {answer + 1} as it stands in the data; name a template instead of jinja");
    }

    /// <summary>Place behind an answer's own text in what is printed from <paramref name="start"/> on, or -1.</summary>
    public static int Behind(string whole, Message answer, int start)
    {
        string content = PyStrings.Trim(answer.Content);
        int at = answer.Role == Role.Function || content.Length == 0 ? -1 : whole.IndexOf(content, start, StringComparison.Ordinal);
        return at < 0 ? -1 : at + content.Length;
    }

    /// <summary>What stands behind the last answer's own text: the end of its turn.</summary>
    public static string Tail(string whole, Message last)
    {
        string content = PyStrings.Trim(last.Content);
        int at = content.Length == 0 || last.Role == Role.Function ? -1 : whole.LastIndexOf(content, StringComparison.Ordinal);
        return at < 0 ? "" : whole[(at + content.Length)..];
    }

    /// <summary>End of an answer that begins at <paramref name="start"/> and whose turn ends with <paramref name="tail"/>.</summary>
    /// <param name="index">Place of the answer in its conversation, for errors.</param>
    /// <exception cref="UserError">The end cannot be told.</exception>
    public static int EndOf(string whole, Message answer, int start, string tail, int index)
    {
        string content = PyStrings.Trim(answer.Content);
        bool shown = answer.Role != Role.Function && content.Length > 0;
        int at = shown ? whole.IndexOf(content, start, StringComparison.Ordinal) : start;
        int end = at < 0 || tail.Length == 0 ? -1 : whole.IndexOf(tail, shown ? at + content.Length : at, StringComparison.Ordinal);
        return end >= 0 ? end + tail.Length : throw NoEnd(index);
    }

    /// <param name="index">Place of the answer in its conversation.</param>
    public static UserError NoEnd(int index) =>
        new($"chat template: the end of answer {(index / 2) + 1} cannot be found in the rendered conversation; name a template instead of jinja");

    private static int Advance(string text, ref int codePoint, ref int at, int to)
    {
        for (; codePoint < to; codePoint++) at += char.IsHighSurrogate(text[at]) ? 2 : 1;
        return at;
    }
}
