// Splitting at the matches of a pattern: Split, Punctuation, Digits, Whitespace, CharDelimiterSplit are this with their patterns.
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.PreTokenizers;

/// <summary>What happens to a match: dropped, a part of its own, joined to its neighbour, or runs of matches made one part.</summary>
internal enum SplitBehavior : byte { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous }

internal sealed class SplitPreTokenizer(IPattern pattern, SplitBehavior behavior) : IPreTokenizer
{
    public IPattern Pattern => pattern;

    public SplitBehavior Behavior => behavior;

    public void Split(AlignedText text, List<AlignedText> parts)
    {
        var found = new List<Found>();
        pattern.Find(text.Text, found);
        foreach (var part in Merge(found)) parts.Add(text.Slice(part.Start, part.End));
    }

    private IEnumerable<Found> Merge(List<Found> found) => behavior switch
    {
        SplitBehavior.Isolated => found,
        SplitBehavior.Removed => found.Where(f => !f.IsMatch),
        SplitBehavior.Contiguous => Joined(found, static (match, previous) => match == previous),
        SplitBehavior.MergedWithPrevious => Joined(found, static (match, previous) => match && !previous),
        _ => JoinedFromTheEnd(found),
    };

    private static List<Found> Joined(List<Found> found, Func<bool, bool, bool> joins)
    {
        var merged = new List<Found>();
        bool previous = false;
        foreach (var part in found)
        {
            if (merged.Count > 0 && joins(part.IsMatch, previous)) merged[^1] = merged[^1] with { End = part.End };
            else merged.Add(part);
            previous = part.IsMatch;
        }
        return merged;
    }

    private static List<Found> JoinedFromTheEnd(List<Found> found)
    {
        var merged = new List<Found>();
        bool previous = false;
        for (int i = found.Count - 1; i >= 0; i--)
        {
            if (merged.Count > 0 && found[i].IsMatch && !previous) merged[^1] = merged[^1] with { Start = found[i].Start };
            else merged.Add(found[i]);
            previous = found[i].IsMatch;
        }
        merged.Reverse();
        return merged;
    }
}
