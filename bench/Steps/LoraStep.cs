// Our side: LoRA steps of a model of SmolLM2-135M's shape with random weights, through the program's own training step.
using System.Diagnostics;
using System.Globalization;
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Train;
using FastTune.Train.Memory;

namespace FastTune.Bench.Steps;

/// <param name="Type">Type of weights and activations.</param>
/// <param name="Schedule">What layers keep for backward.</param>
internal sealed record StepRow(DType Type, ActivationSchedule Schedule);

internal static class LoraStep
{
    public const int Rows = 4, Width = 512;

    public static readonly StepRow Fp32 = new(DType.F32, ActivationSchedule.KeepAll), Bf16 = new(DType.BF16, ActivationSchedule.KeepAll),
        Bf16Checkpointed = new(DType.BF16, ActivationSchedule.RecomputeAll);

    /// <summary>One untimed step, then timed ones; the last line has the best rate and the process's peak resident memory.</summary>
    public static int Run(BenchOptions options, StepRow row)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        double peak = Isa.MachineClass == "A" && row.Type == DType.BF16 ? CpuPeak.MeasureBF16Gflops(CpuPool.Shared) : CpuPeak.MeasureFmaGflops(CpuPool.Shared);
        using var device = new CpuDevice();
        using Decoder model = LoraModel.Create(device, row.Type);
        model.Schedule = row.Schedule;
        using AdamWOptimizer optimizer = Optimizer(model);
        var step = new TrainingStep(model, new Tape(device), optimizer, maxGradNorm: 1);
        var random = new Random(1);
        double best = 0;
        for (int i = 0; i <= options.Steps; i++)
        {
            using var times = options.Ops && i == options.Steps ? new OpTimes(device) : null;
            double rate = Step(step, RandomBatch(random, model.Spec.VocabularySize, Rows, Width), i);
            if (i > 0) best = Math.Max(best, rate);
            times?.Print();
        }
        if (options.Ops) Console.Write(device.Memory.Ledger.Table());
        double needed = row.Schedule.Recomputed > 0 ? 0.84 : 0.63; // GFLOP a token, as the bars count them
        Console.WriteLine($"share of the measured peak ({peak:F0} GFLOP/s): {best * needed / peak:P0}");
        Console.WriteLine($"buffers peak {device.Memory.Ledger.Peak >> 20} MiB, on pages of {device.Memory.Touched >> 20} MiB");
        Console.WriteLine($"RESULT {row.Type} B={Rows} S={Width}: best {best:F1} tok/s  VmHWM: {MachineMemory.Peak() >> 10} kB");
        return 0;
    }

    public static AdamWOptimizer Optimizer(Decoder model) =>
        new(model.Device, [new OptimizerGroup([.. model.TrainableParameters], 0.01)], new AdamWOptions());

    private static double Step(TrainingStep step, Batch batch, int number)
    {
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        StepResult result = step.Run([batch], [1e-4], seed: (ulong)number);
        double rate = Rows * Width / Stopwatch.GetElapsedTime(start).TotalSeconds;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        if (number > 0) Console.WriteLine($"step {number} loss {result.Loss:F4} {rate:F1} tok/s {cpu.TotalSeconds:F2} cpu-s");
        return rate;
    }

    /// <summary>Random ids, every one a label.</summary>
    public static Batch RandomBatch(Random random, int vocabulary, int rows, int width)
    {
        int[] ids = [.. Enumerable.Range(0, rows * width).Select(_ => random.Next(vocabulary))], ones = new int[ids.Length];
        Array.Fill(ones, 1);
        return new Batch
        {
            Rows = rows,
            Width = width,
            InputIds = ids,
            Labels = ids,
            LabelWidth = width,
            PositionIds = [.. Enumerable.Range(0, rows * width).Select(i => i % width)],
            SequenceIds = ones,
            Origins = [],
        };
    }
}
