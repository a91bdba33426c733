// The thoughts inside answers: finding, removing and adding empty ones, as training and generation need them.
using System.Text;

namespace FastTune.Templates;

internal static class Thoughts
{
    /// <summary>True when the text holds either thought word, white space around the word aside.</summary>
    public static bool In(string text, (string Open, string Close) words) =>
        text.Contains(words.Open.Trim(), StringComparison.Ordinal) || text.Contains(words.Close.Trim(), StringComparison.Ordinal);

    /// <summary>The text without its thoughts and without newlines in front.</summary>
    public static string Remove(string text, (string Open, string Close) words)
    {
        var builder = new StringBuilder();
        int at = 0;
        while (true)
        {
            int start = text.IndexOf(words.Open, at, StringComparison.Ordinal);
            int end = start < 0 ? -1 : text.IndexOf(words.Close, start + words.Open.Length, StringComparison.Ordinal);
            if (end < 0) return builder.Append(text, at, text.Length - at).ToString().TrimStart('\n');
            builder.Append(text, at, start - at);
            at = end + words.Close.Length;
        }
    }

    /// <summary>The conversation with the thoughts removed that <paramref name="drops"/> names by the answer's place.</summary>
    public static IReadOnlyList<Message> Without(IReadOnlyList<Message> messages, (string Open, string Close) words, Func<int, bool> drops)
    {
        var result = messages.ToArray();
        for (int i = 1; i < result.Length; i += 2)
            if (drops(i)) result[i] = result[i] with { Content = Remove(result[i].Content, words) };
        return result;
    }
}
