// Our side: LoRA steps of a model of SmolLM2-135M's shape with random weights, through the program's own training step.
using System.Diagnostics;
using System.Globalization;
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Train;

namespace FastTune.Bench.Steps;

internal static class LoraStep
{
    private const int Rows = 4, Width = 512;

    /// <summary>One untimed step, then timed ones; the last line has the best rate and the process's peak resident memory.</summary>
    public static int Run(BenchOptions options)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using var device = new CpuDevice();
        using Decoder model = LoraModel.Create(device);
        using var optimizer = new AdamWOptimizer(
            device, [new OptimizerGroup([.. model.TrainableParameters], 0.01)], new AdamWOptions());
        var step = new TrainingStep(model, new Tape(device), optimizer, maxGradNorm: 1);
        var random = new Random(1);
        double best = 0;
        for (int i = 0; i <= options.Steps; i++)
        {
            using var times = options.Ops && i == options.Steps ? new OpTimes(device) : null;
            double rate = Step(step, RandomBatch(random, model.Spec.VocabularySize), i);
            if (i > 0) best = Math.Max(best, rate);
            times?.Print();
        }
        if (options.Ops) Console.Write(device.Memory.Ledger.Table());
        string peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        Console.WriteLine($"RESULT fp32 B={Rows} S={Width}: best {best:F1} tok/s  {peak.Replace('\t', ' ')}");
        return 0;
    }

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
    private static Batch RandomBatch(Random random, int vocabulary)
    {
        int[] ids = [.. Enumerable.Range(0, Rows * Width).Select(_ => random.Next(vocabulary))], ones = new int[ids.Length];
        Array.Fill(ones, 1);
        return new Batch
        {
            Rows = Rows,
            Width = Width,
            InputIds = ids,
            Labels = ids,
            LabelWidth = Width,
            PositionIds = [.. Enumerable.Range(0, Rows * Width).Select(i => i % Width)],
            SequenceIds = ones,
            Origins = [],
        };
    }
}
