// A pattern cuts a text into matches and what lies between them; known patterns are scanners, others regular expressions.
namespace FastTune.Tokenizers.Patterns;

/// <summary>A stretch of UTF-16 units [Start, End) and whether the pattern matched it.</summary>
internal readonly record struct Found(int Start, int End, bool IsMatch)
{
    public int Length => End - Start;
}

internal interface IPattern
{
    /// <summary>Appends stretches that cover <paramref name="text"/> in order, without gaps; nothing for an empty text.</summary>
    void Find(ReadOnlySpan<char> text, List<Found> found);
}
