// Round numbers along an axis: 1, 2 or 5 times a power of ten, so that the curve lies between the first and the last.
using System.Globalization;

namespace FastTune.Train.Plot;

internal static class AxisTicks
{
    /// <summary>Ascending ticks around the values, about <paramref name="count"/> of them, at least two.</summary>
    public static double[] Of(IEnumerable<double> values, int count, bool whole)
    {
        double[] all = [.. values.DefaultIfEmpty(0)];
        double low = all.Min(), high = all.Max();
        if (high - low <= Math.Abs(high) * 1e-12) (low, high) = (low - Margin(low, whole), high + Margin(high, whole));
        double step = Step((high - low) / count);
        if (whole) step = Math.Max(1, step);
        double first = Math.Floor(low / step + 1e-9), last = Math.Ceiling(high / step - 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    /// <summary>The tick with as many decimals as its distance to the next one needs.</summary>
    public static string Label(double tick, double[] ticks)
    {
        double step = ticks[1] - ticks[0];
        if (step >= 1e7 || step < 1e-5) return tick.ToString("0.##e0", CultureInfo.InvariantCulture);
        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        return tick.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    private static double Margin(double value, bool whole) => whole ? 1 : Math.Max(Math.Abs(value) * 0.1, 1e-6);

    private static double Step(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double share = rough / power;
        return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    }
}
