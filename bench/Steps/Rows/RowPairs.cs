// Ops side by side with the peer: both processes print the same rows, in turns; each row's ratio is the median of the pairs.
using System.Diagnostics;

namespace FastTune.Bench.Steps.Rows;

internal static class RowPairs
{
    /// <summary>
    /// Prints a line a row (times, ratio) and returns the ratios, peer's seconds divided by ours, by row in order.
    /// </summary>
    public static IReadOnlyList<(string Name, double Ratio, double Seconds)> Compare(BenchOptions options, Func<ProcessStartInfo> ours, Func<ProcessStartInfo> peer)
    {
        var pairs = new List<(OpRow[] Ours, OpRow[] Peer)>();
        for (int pair = 0; pair < options.Pairs; pair++)
        {
            pairs.Add((Rows(ours()), Rows(peer())));
            Console.Error.WriteLine($"pair {pair + 1} of {options.Pairs} done");
        }
        var rows = new List<(string, double, double)>();
        Console.WriteLine($"{"row",-44} {"ours ms",9} {"peer ms",9} {"ratio",6} {"by cpu",7} {"ours MiB",9} {"peer MiB",9}");
        for (int i = 0; i < pairs[0].Ours.Length; i++) rows.Add(Row([.. pairs.Select(pair => (pair.Ours[i], pair.Peer[i]))]));
        return rows;
    }

    private static (string, double, double) Row(IReadOnlyList<(OpRow Ours, OpRow Peer)> pairs)
    {
        foreach (var (ours, peer) in pairs)
            if (ours.Name != peer.Name) throw new InvalidOperationException($"the sides differ: {ours.Name} and {peer.Name}");
        double ratio = Median(pairs.Select(pair => pair.Peer.Seconds / pair.Ours.Seconds));
        double cpu = Median(pairs.Select(pair => pair.Peer.CpuSeconds / pair.Ours.CpuSeconds));
        double seconds = pairs.Min(pair => pair.Ours.Seconds);
        var (first, other) = pairs[^1];
        Console.WriteLine(
            $"{first.Name,-44} {1e3 * seconds,9:F2} {1e3 * pairs.Min(pair => pair.Peer.Seconds),9:F2} {ratio,6:F3} {cpu,7:F3} {first.PeakKb / 1024,9} {other.PeakKb / 1024,9}");
        return (first.Name, ratio, seconds);
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static double GeometricMean(IEnumerable<double> values) => Math.Exp(values.Average(Math.Log));

    private static OpRow[] Rows(ProcessStartInfo start)
    {
        var rows = new List<OpRow>();
        foreach (string line in Child.Lines(start))
        {
            Console.Error.WriteLine(line);
            if (OpRow.Parse(line) is { } row) rows.Add(row);
        }
        return [.. rows];
    }
}
