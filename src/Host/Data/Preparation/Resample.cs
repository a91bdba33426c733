// num_samples: a drawn part, or a multiple, of a dataset.
namespace FastTune.Data;

internal static class Resample
{
    /// <summary>Indices of <paramref name="count"/> drawn rows: each row once before any row twice.</summary>
    /// <param name="permutation">A random order of 0 … n − 1; called once for each round through the rows.</param>
    public static int[] Draw(int rows, int count, Func<int, int[]> permutation)
    {
        if (rows == 0) return [];
        var drawn = new int[count];
        for (int at = 0; at < count;)
        {
            var order = permutation(rows);
            int taken = Math.Min(rows, count - at);
            order.AsSpan(0, taken).CopyTo(drawn.AsSpan(at));
            at += taken;
        }
        return drawn;
    }
}
