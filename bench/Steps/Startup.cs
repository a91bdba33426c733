// From the start of the process to the beginning of a real model's first forward pass.
using System.Diagnostics;
using System.Globalization;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Tokenizers;

namespace FastTune.Bench.Steps;

internal static class Startup
{
    private const string Mark = "first forward begins";

    /// <summary>Runs the child several times; the first run warms the file cache and is not counted.</summary>
    public static int Measure(BenchOptions options)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var seconds = new List<double>();
        for (int run = 0; run < 6; run++)
        {
            long start = Stopwatch.GetTimestamp();
            foreach (string line in Child.Lines(Child.Start("first-forward", options.Model)))
                if (line == Mark && run > 0) seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        seconds.Sort();
        Console.WriteLine($"startup: {string.Join(' ', seconds.Select(value => value.ToString("F2")))} s to the first forward, median {seconds[seconds.Count / 2]:F2} s");
        return 0;
    }

    /// <summary>Opens tokenizer and weights as a run does, says when the first forward begins, and runs it.</summary>
    public static int FirstForward(BenchOptions options)
    {
        using var device = new CpuDevice();
        using var checkpoint = Models.Checkpoint.Open(options.Model);
        Tokenizer tokenizer = checkpoint.Gguf is { } gguf ? Tokenizer.FromGguf(GgufTokenizerReader.Read(gguf)) : Tokenizer.Load(options.Model);
        using Decoder model = DecoderLoader.Load(checkpoint, device, LoadOptions.Inference(DType.F32));
        using var batch = new DeviceBatch(model, TokenBatch.Sequence([.. tokenizer.Encode("The capital of France is")]));
        var tape = new Tape(device) { Recording = false };
        var context = new ForwardContext { Starts = batch.Starts, Rope = batch.Rope };
        Console.WriteLine(Mark);
        using Tensor hidden = model.Hidden(tape, batch.Ids, context);
        return 0;
    }
}
