// How much memory this machine, or the container that the process runs in, has; and how much this process has taken.
using System.Globalization;

namespace FastTune.Train.Memory;

/// <param name="Total">Bytes that all processes here may take together: the machine's memory, or the limit of a control group.</param>
/// <param name="Free">Bytes that are free or can be freed without swapping; null where the system does not tell.</param>
internal sealed record MachineMemory(long Total, long? Free)
{
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>Linux: /proc/meminfo and the limits of the process's control groups. Elsewhere what .NET knows.</summary>
    public static MachineMemory Read()
    {
        if (!OperatingSystem.IsLinux()) return new MachineMemory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, null);
        long total = Kilobytes("/proc/meminfo", "MemTotal:") ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        foreach (string limit in LimitFiles())
            if (long.TryParse(Text(limit), CultureInfo.InvariantCulture, out long bytes) && bytes > 0) total = Math.Min(total, bytes);
        return new MachineMemory(total, Kilobytes("/proc/meminfo", "MemAvailable:"));
    }

    /// <summary>Bytes of this process that are in memory now.</summary>
    public static long Resident() => Kilobytes("/proc/self/status", "VmRSS:") ?? Environment.WorkingSet;

    /// <summary>The most that this process ever had in memory (VmHWM).</summary>
    public static long Peak()
    {
        if (Kilobytes("/proc/self/status", "VmHWM:") is { } peak) return peak;
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    // Version 2: memory.max of the group and of those above it. Version 1: one hierarchy of its own.
    private static IEnumerable<string> LimitFiles()
    {
        foreach (string line in Text("/proc/self/cgroup").Split('\n'))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3) continue;
            bool unified = parts[1].Length == 0;
            if (!unified && !parts[1].Split(',').Contains("memory")) continue;
            string root = unified ? Groups : Path.Combine(Groups, "memory"), name = unified ? "memory.max" : "memory.limit_in_bytes";
            for (string group = parts[2].Trim('/'); ; group = Path.GetDirectoryName(group) ?? "")
            {
                yield return Path.Combine(root, group, name);
                if (group.Length == 0) break;
            }
        }
    }

    private static long? Kilobytes(string path, string name)
    {
        string? line = Text(path).Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        string? number = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(number, CultureInfo.InvariantCulture, out long value) ? value * 1024 : null;
    }

    private static string Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
