// Patterns that need no regular expression: a fixed string, and a class of single code points.
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Patterns;

/// <summary>Occurrences of a fixed string, ordinal; the empty string occurs nowhere.</summary>
internal sealed class LiteralPattern(string literal) : IPattern
{
    public void Find(ReadOnlySpan<char> text, List<Found> found)
    {
        int done = 0;
        while (literal.Length > 0 && done < text.Length)
        {
            int at = text[done..].IndexOf(literal, StringComparison.Ordinal);
            if (at < 0) break;
            if (at > 0) found.Add(new Found(done, done + at, false));
            found.Add(new Found(done + at, done + at + literal.Length, true));
            done += at + literal.Length;
        }
        if (done < text.Length) found.Add(new Found(done, text.Length, false));
    }
}

/// <summary>Every single code point of a class is a match.</summary>
internal sealed class ClassPattern(Func<int, bool> contains) : IPattern
{
    public void Find(ReadOnlySpan<char> text, List<Found> found)
    {
        int gap = 0, index = 0;
        while (index < text.Length)
        {
            bool match = contains(CodePoints.At(text, index, out int length));
            index += length;
            if (!match) continue;
            if (gap < index - length) found.Add(new Found(gap, index - length, false));
            found.Add(new Found(index - length, index, true));
            gap = index;
        }
        if (gap < text.Length) found.Add(new Found(gap, text.Length, false));
    }
}

/// <summary>Matches become gaps and gaps matches.</summary>
internal sealed class InvertedPattern(IPattern inner) : IPattern
{
    public void Find(ReadOnlySpan<char> text, List<Found> found)
    {
        int first = found.Count;
        inner.Find(text, found);
        for (int i = first; i < found.Count; i++) found[i] = found[i] with { IsMatch = !found[i].IsMatch };
    }
}
