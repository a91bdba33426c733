// golden/quant/bnb/qlora_step: an adapter on a quantised checkpoint. Loss, logits, gradients, and the loss after one step of AdamW.
using System.Text.Json;
using FastTune.Adapters;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Models;
using FastTune.Optim;

namespace FastTune.Parity.Quant;

internal static class QloraStep
{
    private const double LogitsTolerance = 1e-4, LossTolerance = 1e-4, GradientTolerance = 1e-4;
    private const int Ignored = -100;

    public static IEnumerable<Case> Find(string path)
    {
        string list = Path.Combine(path, "step.json"), tensors = Path.Combine(path, "step.safetensors"), adapter = Path.Combine(path, "adapter");
        if (!File.Exists(list) || !File.Exists(tensors) || !Directory.Exists(adapter)) yield break;
        using var document = JsonDocument.Parse(File.ReadAllBytes(list));
        JsonElement step = document.RootElement.Clone();
        yield return new Case($"qlora/{Path.GetFileName(path)}", () => Check(path, step));
    }

    private static Verdict Check(string path, JsonElement step)
    {
        using var golden = Safetensors.Open(Path.Combine(path, "step.safetensors"));
        using var run = new ModelRun(Path.GetFullPath(step.GetProperty("checkpoint").GetString()!, Path.GetFullPath(path)), trains: false);
        LoraAdapters.Attach(run.Decoder, Path.Combine(path, "adapter"), trainable: true);
        var deviations = new Deviations();
        TokenBatch batch = Labelled(golden);
        deviations.Compare("logits", golden["logits"].ToFloats(), run.Logits(batch), LogitsTolerance);
        deviations.Compare("loss", [(float)step.GetProperty("loss").GetDouble()], [run.Loss(batch)], LossTolerance);
        Parameter[] trained = [.. run.Decoder.TrainableParameters];
        string[] names = [.. golden.Tensors.Keys.Where(name => name.StartsWith("grad.", StringComparison.Ordinal))];
        deviations.Compare("gradients (count)", [names.Length], [trained.Length], 0);
        foreach (string name in names)
        {
            float[] expected = golden[name].ToFloats();
            Parameter? parameter = trained.FirstOrDefault(parameter => parameter.Name.EndsWith(name["grad.".Length..], StringComparison.Ordinal));
            deviations.Compare(name, expected, parameter is null ? [] : run.Gradient(parameter), GradientTolerance * expected.Max(Math.Abs));
        }
        JsonElement adamw = step.GetProperty("adamw");
        using var optimizer = new AdamWOptimizer(run.Decoder.Device, [new OptimizerGroup(trained, adamw.GetProperty("weight_decay").GetDouble())],
            new AdamWOptions(adamw.GetProperty("betas")[0].GetDouble(), adamw.GetProperty("betas")[1].GetDouble(), adamw.GetProperty("eps").GetDouble()));
        optimizer.Step([adamw.GetProperty("lr").GetDouble()], default);
        foreach (Parameter parameter in trained) parameter.ClearGradient();
        deviations.Compare("loss after the step", [(float)step.GetProperty("loss_after_one_adamw_step").GetDouble()], [run.Loss(batch)], LossTolerance);
        return deviations.Verdict;
    }

    private static TokenBatch Labelled(TensorSet golden)
    {
        long[] ids = golden["input_ids"].ToLongs(), labels = golden["labels"].ToLongs();
        int length = (int)golden["input_ids"].Shape[^1];
        int[] rows = [.. Enumerable.Range(0, ids.Length).Where(t => (t + 1) % length != 0 && labels[t + 1] != Ignored)];
        return CheckpointsArea.Batch(ids, length) with { LabelRows = rows, Labels = [.. rows.Select(row => (int)labels[row + 1])] };
    }
}
