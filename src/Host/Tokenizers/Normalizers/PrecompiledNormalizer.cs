// SentencePiece's precompiled character map, applied to grapheme clusters and single code points as the tokenizers library does.
using System.Globalization;
using System.Text;
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Normalizers;

internal sealed class PrecompiledNormalizer(CharacterMap map) : INormalizer
{
    private const int LongestCluster = 6;

    public AlignedText Normalize(AlignedText text)
    {
        var changes = new List<Change>(text.Text.Length);
        bool modified = false;
        for (int i = 0; i < text.Text.Length;)
        {
            int length = StringInfo.GetNextTextElementLength(text.Text.AsSpan(i));
            modified |= Cluster(text.Text.AsSpan(i, length), changes);
            i += length;
        }
        return modified ? text.With(changes) : text;
    }

    private bool Cluster(ReadOnlySpan<char> cluster, List<Change> changes)
    {
        if (Encoding.UTF8.GetByteCount(cluster) < LongestCluster && map.Transform(cluster) is { } whole)
        {
            Replace(changes, CodePoints.Count(cluster), whole);
            return true;
        }
        bool modified = false;
        foreach (var rune in cluster.EnumerateRunes())
        {
            string? single = map.Transform(rune.ToString());
            if (single is null) changes.Add(new Change(rune.Value, 0));
            else Replace(changes, 1, single);
            modified |= single is not null;
        }
        return modified;
    }

    // The library marks the last characters of the whole list, also when the new text is shorter than the difference.
    private static void Replace(List<Change> changes, int oldCount, string content)
    {
        int before = changes.Count;
        foreach (var rune in content.EnumerateRunes()) changes.Add(new Change(rune.Value, 0));
        int difference = changes.Count - before - oldCount;
        for (int i = 0; i < difference; i++) changes[^(i + 1)] = changes[^(i + 1)] with { Shift = 1 };
        if (difference < 0 && changes.Count > 0) changes[^1] = changes[^1] with { Shift = changes[^1].Shift + difference };
    }
}
