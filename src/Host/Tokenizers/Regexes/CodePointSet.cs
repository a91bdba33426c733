// A set of code points as sorted ranges, and its spelling in .NET's UTF-16 regular expressions.
using System.Text;
using FastTune.Tokenizers.Unicode;

namespace FastTune.Tokenizers.Regexes;

/// <summary>Immutable; surrogates are never members.</summary>
internal sealed class CodePointSet
{
    private readonly (int First, int Last)[] ranges;

    private CodePointSet((int, int)[] ranges) => this.ranges = ranges;

    public static readonly CodePointSet Empty = new([]);

    public bool IsEmpty => ranges.Length == 0;

    /// <summary>The only member, or -1 when there are none or several.</summary>
    public int Single => ranges.Length == 1 && ranges[0].First == ranges[0].Last ? ranges[0].First : -1;

    public static CodePointSet Of(int first, int last) => From([(first, last)]);

    public static CodePointSet Of(int codePoint) => Of(codePoint, codePoint);

    /// <summary>Code points whose kind is in <paramref name="mask"/>.</summary>
    public static CodePointSet OfKind(uint mask) => Where(c => (CodePoints.Kind(c) & mask) != 0);

    public static CodePointSet Where(Func<int, bool> contains)
    {
        var found = new List<(int, int)>();
        int first = -1;
        for (int c = 0; c <= CodePoints.Last + 1; c++)
        {
            bool member = c <= CodePoints.Last && c is < 0xD800 or > 0xDFFF && contains(c);
            if (member && first < 0) first = c;
            if (member || first < 0) continue;
            found.Add((first, c - 1));
            first = -1;
        }
        return From(found);
    }

    public static CodePointSet From(IEnumerable<(int First, int Last)> parts)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var part in parts.SelectMany(WithoutSurrogates).OrderBy(p => p.First))
        {
            if (merged.Count > 0 && part.First <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, part.Last));
            else merged.Add(part);
        }
        return new CodePointSet([.. merged]);
    }

    public CodePointSet Union(CodePointSet other) => From(ranges.Concat(other.ranges));

    public CodePointSet Negate()
    {
        var gaps = new List<(int, int)>();
        int next = 0;
        foreach (var (first, last) in ranges)
        {
            if (first > next) gaps.Add((next, first - 1));
            next = last + 1;
        }
        if (next <= CodePoints.Last) gaps.Add((next, CodePoints.Last));
        return From(gaps);
    }

    public CodePointSet Intersect(CodePointSet other) => Negate().Union(other.Negate()).Negate();

    /// <summary>The set and everything that differs from a member only by case.</summary>
    public CodePointSet IgnoringCase()
    {
        var more = new List<(int, int)>(ranges);
        foreach (var (first, last) in ranges)
        {
            for (int c = first; c <= last && last - first < 0x800; c++)
                foreach (int variant in CaseFolding.Variants(c)) more.Add((variant, variant));
        }
        return From(more);
    }

    /// <summary>One pattern item that matches exactly one member; never matches when the set is empty.</summary>
    public string ToPattern()
    {
        if (IsEmpty) return "(?!)";
        var bmp = new StringBuilder();
        var pairs = new StringBuilder();
        foreach (var (first, last) in ranges)
        {
            if (first < 0x10000) AppendRange(bmp, first, Math.Min(last, 0xFFFF));
            if (last >= 0x10000) AppendPairs(pairs, Math.Max(first, 0x10000) - 0x10000, last - 0x10000);
        }
        if (pairs.Length == 0) return $"[{bmp}]";
        return bmp.Length == 0 ? $"(?:{pairs.ToString(1, pairs.Length - 1)})" : $"(?:[{bmp}]{pairs})";
    }

    private static void AppendPairs(StringBuilder pairs, int first, int last)
    {
        while (first <= last)
        {
            int high = first >> 10, lowFirst = first & 0x3FF;
            int lastHigh = lowFirst == 0 && last - first >= 0x3FF ? (last + 1 >> 10) - 1 : high;
            int lowLast = lastHigh > high || last >> 10 > high || last - first >= 0x3FF ? 0x3FF : last & 0x3FF;
            AppendRange(pairs.Append("|["), 0xD800 + high, 0xD800 + lastHigh);
            AppendRange(pairs.Append("]["), 0xDC00 + lowFirst, 0xDC00 + lowLast);
            pairs.Append(']');
            first = (lastHigh << 10 | lowLast) + 1;
        }
    }

    private static void AppendRange(StringBuilder output, int first, int last)
    {
        output.Append($"\\u{first:X4}");
        if (last > first) output.Append($"-\\u{last:X4}");
    }

    private static IEnumerable<(int First, int Last)> WithoutSurrogates((int First, int Last) range)
    {
        if (range.First < 0xD800) yield return (range.First, Math.Min(range.Last, 0xD7FF));
        if (range.Last > 0xDFFF) yield return (Math.Max(range.First, 0xE000), range.Last);
    }
}
