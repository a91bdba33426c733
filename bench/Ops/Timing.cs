// One measurement: the best of several runs, beside the peak measured right before and after, since shared machines drift.
using System.Diagnostics;
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Bench.Ops;

static class Timing
{
    /// <summary>Time by the calling thread's CPU clock, with a pool of one thread (`--cpu-time`): for machines under load.</summary>
    public static bool ByCpuTime { get; set; }

    /// <summary>Best seconds of a run; runs for about <paramref name="seconds"/> after a warm-up that lets the JIT settle.</summary>
    public static double Best(Action run, double seconds = 0.6)
    {
        for (int warm = 0; warm < 3; warm++) run();
        double best = double.MaxValue;
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        for (int round = 0; round < 5 || Stopwatch.GetTimestamp() < end; round++)
        {
            double start = Now();
            run();
            best = Math.Min(best, Now() - start);
        }
        return best;
    }

    /// <summary>Prints a row: GFLOP/s and the share of the peak measured around it, that of bf16 pairs if the product uses them.</summary>
    public static void Row(CpuPool pool, string name, double flops, Action run, bool pairs = false)
    {
        double before = Peak(pool, pairs);
        double rate = flops / Best(run) / 1e9;
        double peak = Math.Max(before, Peak(pool, pairs));
        Console.WriteLine($"{name,-52} {rate,8:F1} GFLOP/s  {100 * rate / peak,5:F1}% of {peak:F0}");
    }

    static double Peak(CpuPool pool, bool pairs) => pairs ? CpuPeak.MeasureBF16Gflops(pool) : CpuPeak.MeasureFmaGflops(pool);

    static double Now() => ByCpuTime ? CpuClock.Seconds() : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
