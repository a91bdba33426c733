// Greedy packing of lengths into rows of a fixed capacity.
namespace FastTune.Data;

internal static class Knapsack
{
    /// <summary>Rows of indices into <paramref name="lengths"/>: repeatedly the longest length that still fits, until none does; of equal
    /// lengths the last unused index goes first. Lengths above the capacity are left out.</summary>
    public static List<List<int>> Greedy(IReadOnlyList<int> lengths, int capacity)
    {
        // Sorted ascending and stable: taking the last of a run of equal lengths takes the latest index.
        var order = Enumerable.Range(0, lengths.Count).Where(i => lengths[i] <= capacity).OrderBy(i => lengths[i]).ToList();
        var rows = new List<List<int>>();
        while (order.Count > 0)
        {
            var row = new List<int>();
            int left = capacity;
            for (int at = LastFitting(order, lengths, left); at >= 0; at = LastFitting(order, lengths, left))
            {
                row.Add(order[at]);
                left -= lengths[order[at]];
                order.RemoveAt(at);
            }
            rows.Add(row);
        }
        return rows;
    }

    private static int LastFitting(List<int> order, IReadOnlyList<int> lengths, int left)
    {
        int low = 0, high = order.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (lengths[order[middle]] <= left) low = middle + 1; else high = middle;
        }
        return low - 1;
    }
}
