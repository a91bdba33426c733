// The engine in steady state: what a step allocates on all threads, and whether threads change a bit of it.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Train;

namespace FastTune.Bench.Steps;

internal static class SteadyStep
{
    /// <summary>Forward and backward of 256 tokens in three settings of threads, in bf16; the last line is the verdict.</summary>
    public static int Run(BenchOptions options)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var hashes = new HashSet<string>();
        long most = 0;
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var pool = new CpuPool(threads);
            using var device = new CpuDevice(pool);
            (long bytes, string hash) = Measure(device);
            Console.WriteLine($"{threads} threads: {bytes} managed bytes in the engine, gradients {hash[..16]}");
            most = Math.Max(most, bytes);
            hashes.Add(hash);
        }
        bool holds = most == 0 && hashes.Count == 1;
        Console.WriteLine($"steady: {(holds ? "holds" : "DOES NOT HOLD")}: {most} managed bytes, {hashes.Count} kind of gradients");
        return holds ? 0 : 1;
    }

    private static (long Bytes, string Hash) Measure(CpuDevice device)
    {
        using Decoder model = LoraModel.Create(device, DType.BF16);
        model.Schedule = new ActivationSchedule(10, 10);
        Batch batch = LoraStep.RandomBatch(new Random(1), model.Spec.VocabularySize, 1, 256);
        using var tokens = new DeviceBatch(model, BatchTokens.Of(batch));
        var context = new ForwardContext { Starts = tokens.Starts, Rope = tokens.Rope, Training = true, DropoutSeed = 1 };
        var tape = new Tape(device);
        Parameter[] trained = [.. model.TrainableParameters];
        long bytes = 0;
        for (int step = 0; step < 4; step++)
        {
            foreach (Parameter parameter in trained) parameter.ClearGradient();
            long before = GC.GetTotalAllocatedBytes(precise: true);
            using (Tensor loss = model.Loss(tape, tokens.Ids, tokens.LabelRows, tokens.Labels, 1f / 255, context)) tape.Backward(loss);
            bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in trained) hash.AppendData(MemoryMarshal.AsBytes<float>(device.ToArray<float>(parameter.Gradient)));
        foreach (Parameter parameter in trained) parameter.ClearGradient();
        return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
