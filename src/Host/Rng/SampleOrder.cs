// Which rows come when: the order of an epoch, length-grouped epochs, and the split into training and validation rows.
namespace FastTune.Rng;

/// <summary>The orders in which LLaMA-Factory's trainer visits the rows of a set.</summary>
public static class SampleOrder
{
    private const int MaxGroups = 50;

    /// <summary>Rows 0..count-1 as in the file (<c>disable_shuffling</c>).</summary>
    public static int[] InFileOrder(int count) => [.. Enumerable.Range(0, count)];

    /// <summary>The shuffled order of epoch <paramref name="epoch"/> (from 0); it depends on nothing drawn before.</summary>
    /// <param name="count">Rows of the tokenized training set.</param>
    /// <param name="seed"><c>data_seed</c> when set, else <c>seed</c>.</param>
    /// <param name="epoch">Epoch, counted from 0.</param>
    public static int[] Shuffled(int count, long seed, int epoch) => new TorchGenerator(seed + epoch).Permutation(count);

    /// <summary>An epoch of <c>group_by_length</c>: shuffled, then sorted by length (longest first) inside blocks of
    /// some tens of batches, with the longest row of all in the very first batch, where running out of memory shows at once.</summary>
    /// <param name="lengths">Token count of each row.</param>
    /// <param name="batch">Rows of an optimizer step: per-device batch times accumulation.</param>
    /// <param name="stream">The training stream; one permutation is drawn from it.</param>
    public static int[] GroupedByLength(IReadOnlyList<int> lengths, int batch, TorchGenerator stream)
    {
        int count = lengths.Count;
        int[] order = stream.Permutation(count);
        if (count == 0) return order;
        int block = batch * Math.Max(1, Math.Min(count / (batch * 4), MaxGroups));
        for (int start = 0; start < count; start += block)
        {
            int size = Math.Min(block, count - start);
            int[] sorted = [.. order.AsSpan(start, size).ToArray().OrderByDescending(row => lengths[row])];
            sorted.CopyTo(order, start);
        }
        int longest = 0;
        for (int start = block; start < count; start += block)
            if (lengths[order[start]] > lengths[order[longest]]) longest = start;
        (order[0], order[longest]) = (order[longest], order[0]);
        return order;
    }

    /// <summary>Cuts an order into consecutive batches; the last one may be smaller unless <paramref name="dropLast"/>.</summary>
    public static IEnumerable<ArraySegment<int>> Batches(int[] order, int batch, bool dropLast)
    {
        for (int start = 0; start < order.Length; start += batch)
        {
            int size = Math.Min(batch, order.Length - start);
            if (size == batch || !dropLast) yield return new ArraySegment<int>(order, start, size);
        }
    }

    /// <summary>Splits rows for <c>val_size</c> as <c>datasets.train_test_split</c> does.</summary>
    /// <param name="count">Rows in the set.</param>
    /// <param name="validationSize">Below 1 a share (rounded up), from 1 on a count of rows.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="UserError">Either part would be empty.</exception>
    public static (int[] Train, int[] Validation) Split(int count, double validationSize, ulong seed)
    {
        double rows = validationSize < 1 ? Math.Ceiling(count * validationSize) : Math.Floor(validationSize);
        if (!(rows >= 1) || rows >= count)
            throw new UserError($"val_size: {validationSize} leaves {Math.Max(0, count - rows)} of {count} rows for training and {rows} for validation; choose a value that leaves rows for both");
        int[] order = new NumPyGenerator(seed).Permutation(count);
        return (order[(int)rows..], order[..(int)rows]);
    }
}
