// A size as people write it: 6GB, 512MiB, 1.5g.
using System.Globalization;

namespace FastTune.Train.Memory;

public static class MemorySize
{
    private static readonly (string Suffix, double Bytes)[] s_units =
        [("gib", 1L << 30), ("mib", 1 << 20), ("gb", 1e9), ("mb", 1e6), ("g", 1e9), ("m", 1e6)];

    /// <summary>Bytes of a text like 6GB (10^9), 6GiB (2^30), 600MB.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static long Parse(string key, string text)
    {
        string lower = text.Trim().ToLowerInvariant();
        foreach (var (suffix, bytes) in s_units)
        {
            if (!lower.EndsWith(suffix, StringComparison.Ordinal)) continue;
            if (double.TryParse(lower[..^suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out double count) && count * bytes is > 0 and < 1e15)
                return (long)(count * bytes);
            break;
        }
        throw new UserError($"{key}: {Printable.Line(text)} is no size; write it like 6GB, 6GiB or 600MB", 2);
    }

    /// <summary>As it is told: 1.53 GB.</summary>
    public static string Text(long bytes) => (bytes / 1e9).ToString("F2", CultureInfo.InvariantCulture) + " GB";
}
