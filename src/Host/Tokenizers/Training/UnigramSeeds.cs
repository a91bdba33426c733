// First guess of a unigram vocabulary: every character, and every stretch of text that occurs at least twice and goes on in different ways.
using System.Text;

namespace FastTune.Tokenizers.Training;

internal static class UnigramSeeds
{
    private const int Boundary = 0;

    /// <summary>Pieces with log probabilities: characters by frequency, then repeats by frequency times length (Kudo, arXiv 1804.10959).</summary>
    /// <param name="words">In a fixed order; the counts weigh characters only, as in the tokenizers library.</param>
    /// <param name="longest">Most characters of a piece.</param>
    public static List<(string Text, double Score)> Of(IReadOnlyList<(string Text, long Count)> words, int longest, int most)
    {
        var characters = new Dictionary<int, long>();
        var flat = new List<int>();
        foreach (var (text, count) in words)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                if (rune.Value != Boundary) characters[rune.Value] = characters.GetValueOrDefault(rune.Value) + count;
                flat.Add(rune.Value);
            }
            flat.Add(Boundary);
        }
        var seeds = characters.OrderByDescending(c => c.Value).ThenByDescending(c => c.Key).Select(c => (Text([c.Key]), (double)c.Value)).ToList();
        seeds.AddRange(Repeats([.. flat], longest).Take(Math.Max(1, most - seeds.Count)));
        double logSum = Math.Log(seeds.Sum(seed => seed.Item2));
        return [.. seeds.Select(seed => (seed.Item1, Math.Log(seed.Item2) - logSum))];
    }

    private static IEnumerable<(string, double)> Repeats(int[] flat, int longest)
    {
        int[] order = [.. Enumerable.Range(0, flat.Length)];
        // One character more than the longest piece: where two suffixes agree as far as that, the piece is too long anyway.
        int depth = longest + 1;
        ReadOnlySpan<int> From(int at) => flat.AsSpan(at, Math.Min(depth, flat.Length - at));
        Array.Sort(order, (a, b) => From(a).SequenceCompareTo(From(b)) is var sign and not 0 ? sign : a.CompareTo(b));
        var found = new List<(long Score, int Start, int Length)>();
        foreach (var (start, length, count) in Branches(order, (a, b) => From(a).CommonPrefixLength(From(b))))
        {
            if (length > 1 && length <= longest && !flat.AsSpan(start, length).Contains(Boundary)) found.Add((count * length, start, length));
        }
        found.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : flat.AsSpan(b.Start, b.Length).SequenceCompareTo(flat.AsSpan(a.Start, a.Length)));
        return found.Select(f => (Text(flat.AsSpan(f.Start, f.Length)), (double)f.Score));
    }

    /// <summary>The inner nodes of the suffix tree: stretches that occur <c>Count</c> times, not all with the same continuation.</summary>
    private static IEnumerable<(int Start, int Length, long Count)> Branches(int[] order, Func<int, int, int> common)
    {
        var open = new Stack<(int Length, int From)>();
        for (int i = 1; i <= order.Length; i++)
        {
            int shared = i < order.Length ? common(order[i - 1], order[i]) : 0;
            int from = i - 1;
            while (open.TryPeek(out var top) && top.Length > shared)
            {
                open.Pop();
                from = top.From;
                yield return (order[from], top.Length, i - from);
            }
            if (shared > 0 && (!open.TryPeek(out var below) || below.Length < shared)) open.Push((shared, from));
        }
    }

    private static string Text(ReadOnlySpan<int> codePoints)
    {
        var text = new StringBuilder();
        foreach (int codePoint in codePoints) text.Append(new Rune(codePoint));
        return text.ToString();
    }
}
