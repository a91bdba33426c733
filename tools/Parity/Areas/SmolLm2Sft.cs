// A real model's fine-tune: twelve LoRA steps on given rows against a recorded curve (golden/smollm2/sft).
using System.Text.Json;
using FastTune.Adapters;
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Train;

namespace FastTune.Parity;

internal static class SmolLm2Sft
{
    private const double FirstLoss = 2e-4, Loss = 1e-3, GradNorm = 1e-2, AdapterNorm = 1e-3;

    /// <param name="folder">Folder with samples.jsonl, adapter_init and curve.json.</param>
    /// <param name="model">The GGUF file.</param>
    public static Verdict Check(string folder, string model)
    {
        using var curve = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "curve.json")));
        using var device = new CpuDevice();
        using Models.Checkpoint checkpoint = Models.Checkpoint.Open(model);
        using Decoder decoder = DecoderLoader.Load(checkpoint, device, LoadOptions.Inference(DType.F32));
        LoraAdapters.Attach(decoder, Path.Combine(folder, "adapter_init"), trainable: true);
        var group = new OptimizerGroup([.. decoder.TrainableParameters], 0);
        using var optimizer = new AdamWOptimizer(device, [group], new AdamWOptions());
        var step = new TrainingStep(decoder, new Tape(device), optimizer, maxGradNorm: 0);
        double rate = curve.RootElement.GetProperty("lr").GetDouble(), worst = 0;
        double[] losses = Numbers(curve.RootElement, "loss"), norms = Numbers(curve.RootElement, "grad_norm");
        string[] rows = File.ReadAllLines(Path.Combine(folder, "samples.jsonl"));
        for (int i = 0; i < losses.Length; i++)
        {
            StepResult result = step.Run([Row(rows[i % rows.Length])], [rate], seed: 0);
            double loss = Math.Abs(result.Loss - losses[i]), norm = Math.Abs(result.GradNorm - norms[i]) / norms[i];
            worst = Math.Max(worst, loss / (i == 0 ? FirstLoss : Loss));
            if (!(loss <= (i == 0 ? FirstLoss : Loss))) return Verdict.Fail($"step {i + 1}: loss {result.Loss}, expected {losses[i]}", loss);
            if (!(norm <= GradNorm)) return Verdict.Fail($"step {i + 1}: gradient norm {result.GradNorm}, expected {norms[i]}", norm);
        }
        return AdapterNorms(curve.RootElement, decoder, device) ?? Verdict.Pass(worst, "of the tolerance");
    }

    private static Verdict? AdapterNorms(JsonElement curve, Decoder decoder, CpuDevice device)
    {
        var ours = decoder.TrainableParameters.ToDictionary(parameter => parameter.Name);
        foreach (JsonProperty entry in curve.GetProperty("adapter_l2_after").EnumerateObject())
        {
            if (ours.FirstOrDefault(pair => pair.Key.EndsWith(entry.Name, StringComparison.Ordinal)).Value is not { } parameter)
                return Verdict.Fail($"{entry.Name}: the adapter has no such matrix");
            double norm = Math.Sqrt(device.ToArray<float>(parameter.Value).Sum(value => (double)value * value)), expected = entry.Value.GetDouble();
            if (!(Math.Abs(norm - expected) <= AdapterNorm * expected)) return Verdict.Fail($"{entry.Name}: norm {norm}, expected {expected}");
        }
        return null;
    }

    private static Batch Row(string line)
    {
        using var row = JsonDocument.Parse(line);
        int[] ids = Ids(row.RootElement, "input_ids"), labels = Ids(row.RootElement, "labels");
        return new Batch
        {
            Rows = 1,
            Width = ids.Length,
            LabelWidth = ids.Length,
            InputIds = ids,
            Labels = labels,
            PositionIds = [.. Enumerable.Range(0, ids.Length)],
            SequenceIds = [.. Enumerable.Repeat(1, ids.Length)],
            Origins = [],
        };
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static double[] Numbers(JsonElement curve, string name) => [.. curve.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
}
