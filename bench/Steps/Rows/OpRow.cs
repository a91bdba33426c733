// One timed row of an op: printed by either side in the same form, read by the side that compares.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FastTune.Bench.Steps.Rows;

/// <param name="Name">What ran; the same words on both sides.</param>
/// <param name="Seconds">The best run by the clock.</param>
/// <param name="CpuSeconds">The run that took least CPU time of all threads.</param>
/// <param name="PeakKb">VmHWM of the process after the row.</param>
internal readonly partial record struct OpRow(string Name, double Seconds, double CpuSeconds, long PeakKb)
{
    /// <summary>Runs for about <paramref name="seconds"/> (two runs at least, after one that is not counted) and prints the row.</summary>
    public static void Measure(string name, double seconds, Action run)
    {
        run();
        double best = double.MaxValue, cpu = double.MaxValue;
        long begun = Stopwatch.GetTimestamp();
        for (int round = 0; round < 2 || Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds; round++)
        {
            TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            cpu = Math.Min(cpu, (Environment.CpuUsage.TotalTime - cpuBefore).TotalSeconds);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"row {name}: {best:E4} s {cpu:E4} cpu-s {Peak()} kB"));
    }

    /// <summary>The row that a line holds, or null.</summary>
    public static OpRow? Parse(string line) => Form().Match(line) is { Success: true } match
        ? new(match.Groups[1].Value, Number(match.Groups[2]), Number(match.Groups[3]), long.Parse(match.Groups[4].Value, CultureInfo.InvariantCulture))
        : null;

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    /// <summary>The process's largest resident size so far, kB.</summary>
    public static long Peak()
    {
        if (!OperatingSystem.IsLinux()) return Process.GetCurrentProcess().PeakWorkingSet64 / 1024;
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(line["VmHWM:".Length..^"kB".Length], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^row (.*): (\S+) s (\S+) cpu-s ([0-9]+) kB$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
