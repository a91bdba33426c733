// Both sides as separate processes, in turns; the ratio of each pair, and the median of the pairs.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FastTune.Bench.Steps.Rows;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Bench.Steps;

/// <summary>What one process reached.</summary>
/// <param name="Rate">Tokens per second of its best step.</param>
/// <param name="CpuRate">Tokens per second of CPU time in the step that took least of it.</param>
/// <param name="PeakMb">VmHWM in MB.</param>
internal readonly record struct Side(double Rate, double CpuRate, double PeakMb);

internal static partial class PeerPairs
{
    private const double StepTokens = 4 * 512;

    public static int Run(BenchOptions options)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var ratios = new List<(double Rate, double Cpu, double Memory)>();
        for (int pair = 0; pair < options.Pairs; pair++)
        {
            Side ours = Process("ours", Own(options)), peer = Process(options.Peer!, Peer(options));
            ratios.Add((ours.Rate / peer.Rate, ours.CpuRate / peer.CpuRate, ours.PeakMb / peer.PeakMb));
            Console.WriteLine($"pair {pair + 1}: tokens/s {ratios[^1].Rate:F3}  tokens/cpu-s {ratios[^1].Cpu:F3}  memory {ratios[^1].Memory:F3}");
        }
        Console.WriteLine($"ratio tokens/cpu-s {RowPairs.Median(ratios.Select(ratio => ratio.Cpu)):F3}");
        Console.WriteLine($"ratio tokens/s {RowPairs.Median(ratios.Select(ratio => ratio.Rate)):F3} memory {RowPairs.Median(ratios.Select(ratio => ratio.Memory)):F3}");
        return 0;
    }

    private static ProcessStartInfo Own(BenchOptions options) => Child.Start(options.Bench, "--steps", $"{options.Steps}");

    private static ProcessStartInfo Peer(BenchOptions options) =>
        new("bash", [Path.Combine(Child.Root(), "bench/peers/torchsharp/run.sh"), PeerType(options), "4", "512", $"{options.Steps}"]);

    /// <summary>libtorch's bf16 takes minutes a step on a CPU without the instructions, so its flags decide.</summary>
    private static string PeerType(BenchOptions options) => options.Bench != "lora-fp32" && Isa.MachineClass == "A" ? "bf16" : "fp32";

    private static Side Process(string name, ProcessStartInfo start)
    {
        var side = new Side();
        foreach (string line in Child.Lines(start))
        {
            Console.WriteLine($"{name,-10} {line}");
            if (StepLine().Match(line) is { Success: true } step)
                side = side with
                {
                    Rate = Math.Max(side.Rate, double.Parse(step.Groups[1].Value)),
                    CpuRate = Math.Max(side.CpuRate, StepTokens / double.Parse(step.Groups[2].Value)),
                };
            if (PeakLine().Match(line) is { Success: true } peak) side = side with { PeakMb = double.Parse(peak.Groups[1].Value) / 1024 };
        }
        return side;
    }

    [GeneratedRegex(@"^step .* ([0-9.]+) tok/s ([0-9.]+) cpu-s$", RegexOptions.CultureInvariant)]
    private static partial Regex StepLine();

    [GeneratedRegex(@"VmHWM:\s*([0-9]+) kB", RegexOptions.CultureInvariant)]
    private static partial Regex PeakLine();
}
