// Shuffling a stream that does not fit into memory: rows leave a buffer in random order.
using FastTune.Rng;

namespace FastTune.Data;

internal static class ShuffleBuffer
{
    /// <summary>The rows in an order that is random within about <paramref name="size"/> rows and repeats for the same seed.</summary>
    public static IEnumerable<T> Shuffle<T>(IEnumerable<T> rows, int size, ulong seed)
    {
        var generator = new NumPyGenerator(seed);
        var buffer = new List<T>(Math.Min(size, 1 << 16));
        foreach (var row in rows)
        {
            if (buffer.Count < size)
            {
                buffer.Add(row);
                continue;
            }
            int place = (int)generator.Interval((uint)(size - 1));
            yield return buffer[place];
            buffer[place] = row;
        }
        foreach (int place in generator.Permutation(buffer.Count)) yield return buffer[place];
    }
}
