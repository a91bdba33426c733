// Steps under a memory limit: the schedule that fits, and the peak that the system measured.
using System.Globalization;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Train;
using FastTune.Train.Memory;

namespace FastTune.Bench.Steps;

internal static class LimitedStep
{
    private static readonly string[] s_limits = ["750MB", "1000MB", "1300MB"];

    /// <summary>`memory-limit`: each limit in a process of its own; the last line says how many held.</summary>
    public static int Limits(BenchOptions options)
    {
        if (options.Limit is { } one) return Run(LoraStep.Rows, LoraStep.Width, one, options);
        int held = 0;
        foreach (string limit in s_limits)
            foreach (string line in Child.Lines(Child.Start("memory-limit", "--limit", limit, "--steps", $"{options.Steps}")))
            {
                Console.WriteLine($"{limit,-8} {line}");
                if (line.EndsWith("under the limit", StringComparison.Ordinal)) held++;
            }
        Console.WriteLine($"memory-limit: {held} of {s_limits.Length} runs stayed under their limit");
        return held == s_limits.Length ? 0 : 1;
    }

    /// <summary>`long-context`: one step over a sequence of 32768 tokens under 4 GB.</summary>
    public static int LongContext(BenchOptions options) => Run(1, 32768, options.Limit ?? "4GB", options with { Steps = 1 });

    private static int Run(int rows, int width, string text, BenchOptions options)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        long limit = MemorySize.Parse("--limit", text);
        using var device = new CpuDevice();
        using Decoder model = LoraModel.Create(device, DType.BF16);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var random = new Random(1);
        var heaviest = new HeaviestStep(model, LoraStep.Optimizer, 1, LoraStep.RandomBatch(random, model.Spec.VocabularySize, rows, width), 1, 1);
        FittedSchedule fitted = new MemoryFit(heaviest, MachineMemory.Resident() - device.Memory.Touched, mayRecompute: true).Under(limit);
        model.Schedule = fitted.Schedule;
        Console.WriteLine($"planned {MemorySize.Text(fitted.Bytes)}: {fitted.Schedule.Recomputed} layers recomputed, {fitted.Schedule.Thin} thin, logits by {fitted.Schedule.LossBytes >> 20} MiB");
        Console.WriteLine($"planned buffers {MemorySize.Text(StepPlan.Run(heaviest, fitted.Schedule).Peak)}");
        if (options.PlanOnly) return 0;
        using AdamWOptimizer optimizer = LoraStep.Optimizer(model);
        var step = new TrainingStep(model, new Tape(device), optimizer, maxGradNorm: 1);
        for (int i = 0; i < options.Steps; i++)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            StepResult result = step.Run([heaviest.Batch], [1e-4], (ulong)i);
            double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine($"step {i} loss {result.Loss:F4} {rows * width / seconds:F1} tok/s, buffers {MemorySize.Text(device.Memory.Ledger.Peak)}");
        }
        bool under = MachineMemory.Peak() <= limit;
        Console.WriteLine($"VmHWM {MemorySize.Text(MachineMemory.Peak())} of {MemorySize.Text(limit)}: {(under ? "under" : "OVER")} the limit");
        return under ? 0 : 1;
    }
}
