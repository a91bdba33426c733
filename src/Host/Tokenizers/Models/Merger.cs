// Applies merges to a row of symbols: lowest rank first, leftmost among equals. Short rows by scanning, long ones with a heap.
using System.Buffers;

namespace FastTune.Tokenizers.Models;

internal static class Merger
{
    /// <summary>Rows up to this length are scanned; measured on words of the qwen3 vocabulary the heap pays off from about 100.</summary>
    private const int Short = 100;

    /// <summary>Merges in place and returns the number of symbols left.</summary>
    /// <param name="symbols">Token ids.</param>
    /// <param name="lengths">What each symbol covers; added up when two merge. Same length as symbols.</param>
    public static int Run(MergeTable table, Span<int> symbols, Span<int> lengths) =>
        symbols.Length < 2 ? symbols.Length
        : symbols.Length <= Short ? Scan(table, symbols, lengths)
        : Heap(table, symbols, lengths);

    private static int Scan(MergeTable table, Span<int> symbols, Span<int> lengths)
    {
        Span<ulong> pairs = stackalloc ulong[Short];
        int count = symbols.Length;
        for (int i = 0; i + 1 < count; i++) pairs[i] = table.Find(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            int best = 0;
            ulong bestRank = pairs[0] >> 32;
            for (int i = 1; i < count - 1; i++)
            {
                if (pairs[i] >> 32 >= bestRank) continue;
                (best, bestRank) = (i, pairs[i] >> 32);
            }
            if (pairs[best] == ulong.MaxValue) break;
            symbols[best] = (int)(uint)pairs[best];
            lengths[best] += lengths[best + 1];
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            lengths[(best + 2)..(count + 1)].CopyTo(lengths[(best + 1)..]);
            if (best < count - 1)
            {
                pairs[(best + 2)..count].CopyTo(pairs[(best + 1)..]);
                pairs[best] = table.Find(symbols[best], symbols[best + 1]);
            }
            if (best > 0) pairs[best - 1] = table.Find(symbols[best - 1], symbols[best]);
        }
        return count;
    }

    private static int Heap(MergeTable table, Span<int> symbols, Span<int> lengths)
    {
        int count = symbols.Length;
        int[] links = ArrayPool<int>.Shared.Rent(count * 2);
        var next = links.AsSpan(0, count);
        var previous = links.AsSpan(count, count);
        var queue = new PriorityQueue<int, (int Rank, int Position)>(count);
        for (int i = 0; i < count; i++)
        {
            (next[i], previous[i]) = (i + 1 < count ? i + 1 : -1, i - 1);
            if (i + 1 < count) Enqueue(queue, table.Find(symbols[i], symbols[i + 1]), i);
        }
        while (queue.TryDequeue(out int at, out var priority))
        {
            int right = next[at];
            if (symbols[at] < 0 || right < 0) continue;
            ulong pair = table.Find(symbols[at], symbols[right]);
            if (pair == ulong.MaxValue || (int)(pair >> 32) != priority.Rank) continue;
            symbols[at] = (int)(uint)pair;
            lengths[at] += lengths[right];
            symbols[right] = -1;
            next[at] = next[right];
            if (next[at] >= 0)
            {
                previous[next[at]] = at;
                Enqueue(queue, table.Find(symbols[at], symbols[next[at]]), at);
            }
            if (previous[at] >= 0) Enqueue(queue, table.Find(symbols[previous[at]], symbols[at]), previous[at]);
        }
        int kept = 0;
        for (int i = 0; i >= 0; i = next[i]) (symbols[kept], lengths[kept++]) = (symbols[i], lengths[i]);
        ArrayPool<int>.Shared.Return(links);
        return kept;
    }

    private static void Enqueue(PriorityQueue<int, (int, int)> queue, ulong pair, int position)
    {
        if (pair != ulong.MaxValue) queue.Enqueue(position, ((int)(pair >> 32), position));
    }
}
