// The books of a device's memory: live and peak bytes by category, exact at any time.
using System.Text;

namespace FastTune.Kernels.Memory;

/// <summary>Counts bytes asked for (not the pool's rounding). The snapshot at the total's peak says what filled memory then.</summary>
public sealed class MemoryLedger
{
    private readonly long[] _live = new long[Categories.Count];
    private readonly long[] _peak = new long[Categories.Count];
    private readonly long[] _atPeak = new long[Categories.Count];

    /// <summary>Largest total of live bytes since the last <see cref="ResetPeak"/>.</summary>
    public long Peak { get; private set; }

    /// <summary>Bytes alive now.</summary>
    public long Live { get; private set; }

    public long LiveOf(Category category) => _live[(int)category];

    /// <summary>Largest number of live bytes of one category, whenever that was.</summary>
    public long PeakOf(Category category) => _peak[(int)category];

    /// <summary>Bytes of one category at the moment when the total peaked.</summary>
    public long AtPeak(Category category) => _atPeak[(int)category];

    public void ResetPeak()
    {
        Peak = Live;
        _live.CopyTo(_peak, 0);
        _live.CopyTo(_atPeak, 0);
    }

    internal void Add(Category category, long bytes)
    {
        int index = (int)category;
        _live[index] += bytes;
        Live += bytes;
        if (_live[index] > _peak[index]) _peak[index] = _live[index];
        if (Live <= Peak) return;
        Peak = Live;
        _live.CopyTo(_atPeak, 0);
    }

    internal void Remove(Category category, long bytes)
    {
        _live[(int)category] -= bytes;
        Live -= bytes;
    }

    /// <summary>The memory table of `--memory`: a line per category with live, peak and share at the total's peak, in MiB.</summary>
    public string Table()
    {
        var text = new StringBuilder($"{"memory (MiB)",-14}{"now",12}{"peak",12}{"at total's peak",18}\n");
        for (int i = 0; i < Categories.Count; i++)
            text.Append($"{((Category)i).ToString().ToLowerInvariant(),-14}{Mib(_live[i]),12}{Mib(_peak[i]),12}{Mib(_atPeak[i]),18}\n");
        return text.Append($"{"total",-14}{Mib(Live),12}{Mib(Peak),12}{Mib(Peak),18}\n").ToString();
    }

    private static string Mib(long bytes) => (bytes / 1048576.0).ToString("F1");
}
