// A text on its way through normalizers and pre-tokenizers, with the place in the original that every unit came from.
using System.Text;
using FastTune.Tokenizers.Patterns;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Pipeline;

/// <summary>Start and End give, for every UTF-16 unit, the stretch of original code points that it stands for.</summary>
/// <param name="First">First original code point of this piece.</param>
/// <param name="Last">One behind its last original code point.</param>
internal sealed record AlignedText(string Text, int[] Start, int[] End, int First, int Last)
{
    public static AlignedText Of(string text)
    {
        var start = new int[text.Length];
        var end = new int[text.Length];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            (start[i], end[i]) = (count, count + 1);
            if (!char.IsHighSurrogate(text[i])) count++;
        }
        return new AlignedText(text, start, end, 0, count);
    }

    /// <summary>Stretch [from, to) of this text. An empty one keeps no place of its own.</summary>
    public AlignedText Slice(int from, int to) => from == 0 && to == Text.Length ? this
        : from == to ? new AlignedText("", [], [], First, First)
        : new AlignedText(Text[from..to], Start[from..to], End[from..to], Start[from], End[to - 1]);

    /// <summary>The text with code points replaced, inserted and removed. Inserted ones stand for the same original as the
    /// one before them.</summary>
    /// <param name="changes">The new text.</param>
    /// <param name="removedAtStart">Code points that are removed before the first change.</param>
    public AlignedText With(List<Change> changes, int removedAtStart = 0)
    {
        var builder = new Builder(changes.Count);
        int position = 0;
        for (int i = 0; i < removedAtStart; i++) position += LengthAt(position);
        foreach (var (codePoint, shift) in changes)
        {
            int source = shift > 0 ? position - 1 : position;
            if (source < 0) builder.Append(codePoint, First, First);
            else builder.Append(codePoint, Start[source], End[source]);
            for (int skip = shift > 0 ? 0 : 1 - shift; skip > 0; skip--) position += LengthAt(position);
        }
        return builder.Build(First, Last);
    }

    /// <summary>Every match becomes <paramref name="content"/>, which stands for the match's last code point.</summary>
    public AlignedText Replace(IPattern pattern, string content)
    {
        var found = new List<Found>();
        pattern.Find(Text, found);
        if (!found.Exists(f => f.IsMatch)) return this;
        var builder = new Builder(Text.Length);
        foreach (var part in found)
        {
            if (!part.IsMatch) builder.Append(this, part.Start, part.End);
            else foreach (var rune in content.EnumerateRunes()) builder.Append(rune.Value, Start[part.End - 1], End[part.End - 1]);
        }
        return builder.Build(First, Last);
    }

    /// <summary>The same text behind <paramref name="prefix"/>, which stands for the first code point; an empty text stays.</summary>
    public AlignedText Prepend(string prefix)
    {
        if (Text.Length == 0) return this;
        var builder = new Builder(Text.Length + prefix.Length);
        foreach (var rune in prefix.EnumerateRunes()) builder.Append(rune.Value, Start[0], End[0]);
        builder.Append(this, 0, Text.Length);
        return builder.Build(First, Last);
    }

    /// <summary>Only the code points that <paramref name="keep"/> accepts.</summary>
    public AlignedText Filter(Func<int, bool> keep)
    {
        var builder = new Builder(Text.Length);
        for (int i = 0; i < Text.Length;)
        {
            int codePoint = CodePoints.At(Text, i, out int length);
            if (keep(codePoint)) builder.Append(this, i, i + length);
            i += length;
        }
        return builder.Build(First, Last);
    }

    private int LengthAt(int position) =>
        position >= Text.Length ? 0 : char.IsHighSurrogate(Text[position]) && position + 1 < Text.Length ? 2 : 1;

    private sealed class Builder(int capacity)
    {
        private readonly StringBuilder text = new(capacity);
        private readonly List<int> start = new(capacity), end = new(capacity);

        public void Append(int codePoint, int first, int last)
        {
            int before = text.Length;
            text.Append(char.ConvertFromUtf32(codePoint));
            for (int i = before; i < text.Length; i++)
            {
                start.Add(first);
                end.Add(last);
            }
        }

        public void Append(AlignedText source, int from, int to)
        {
            text.Append(source.Text, from, to - from);
            start.AddRange(source.Start.AsSpan(from, to - from));
            end.AddRange(source.End.AsSpan(from, to - from));
        }

        public AlignedText Build(int first, int last) => new(text.ToString(), [.. start], [.. end], first, last);
    }
}
