// A run before its first update: the weights it starts from, and the gradients of its first step.
using System.Text.Json;
using FastTune.Data;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Templates;
using FastTune.Train;

namespace FastTune.Parity;

internal sealed class RunsStart : IDisposable
{
    private readonly RunsCase _golden;
    private readonly CpuDevice _device = new();
    private readonly TrainingModel _model;

    public RunsStart(RunsCase golden)
    {
        _golden = golden;
        var recipe = golden.Recipe;
        ITemplate template = TrainingModel.OpenTemplate(recipe);
        Data = DatasetLoader.Load(new DataRequest(recipe.Data, recipe.Method.Stage, template, recipe.Training.Seed, Training: recipe.Training.DoTrain));
        _model = TrainingModel.Load(recipe, template, _device, recipe.Training.ResumeFromCheckpoint);
    }

    public PreparedData Data { get; }

    public void Compare(RunsFindings found)
    {
        foreach (string name in (string[])["init.safetensors", "init_lora.safetensors"]) CompareInitial(Path.Combine(_golden.Folder, name), found);
        string norms = Path.Combine(_golden.Folder, "first_step_grads.json");
        if (!File.Exists(norms)) return;
        var gradients = Gradients();
        CompareNorms(GoldenJson.Load(norms), gradients, found);
        CompareTensors(Path.Combine(_golden.Folder, "first_step_grads.safetensors"), gradients, found);
    }

    private void CompareInitial(string path, RunsFindings found)
    {
        if (!File.Exists(path)) return;
        var own = Everything().ToDictionary(parameter => RunsNames.Plain(parameter.Name), StringComparer.Ordinal);
        using TensorSet set = Safetensors.Open(path);
        foreach (var (name, tensor) in set.Tensors)
        {
            if (!own.TryGetValue(RunsNames.Plain(name), out Parameter? parameter)) found.Differs("init", $"no {name}");
            else found.Values("init", name, tensor.ToFloats(), Floats(parameter.Value), 1e-6);
        }
    }

    private IEnumerable<Parameter> Everything() =>
        _model.Decoder.Parameters.Concat(_model.Decoder.Adapters.SelectMany(adapter => adapter.Pair.Parameters));

    private Dictionary<string, float[]> Gradients()
    {
        var plan = RunPlan.Create(Data.TrainRows.Count, _golden.Recipe.Training);
        int first = _golden.Curve.GetProperty("micro_batches")[0].GetProperty("step").GetInt32();
        using var keeper = new GradientKeeper(_model.Decoder);
        var step = new TrainingStep(_model.Decoder, new Tape(_device), keeper, _golden.Recipe.Optimizer.MaxGradNorm);
        step.Run(new BatchFeed(Data, _golden.Recipe.Training).Of(plan.Window(first)), [0, 0], 0);
        return keeper.Gradients;
    }

    private void CompareNorms(JsonElement wanted, Dictionary<string, float[]> gradients, RunsFindings found)
    {
        foreach (JsonProperty entry in wanted.EnumerateObject())
        {
            if (entry.Value.Find("l2") is not { } norm) continue;
            double own = gradients.TryGetValue(RunsNames.Plain(entry.Name), out float[]? values)
                ? Math.Sqrt(values.Sum(value => (double)value * value)) : 0;
            found.Number("first gradients", entry.Name, norm.GetDouble(), own, _golden.Tolerance.GradNorm, Math.Max(norm.GetDouble(), 1e-9));
        }
    }

    private void CompareTensors(string path, Dictionary<string, float[]> gradients, RunsFindings found)
    {
        if (!File.Exists(path)) return;
        using TensorSet set = Safetensors.Open(path);
        foreach (var (name, tensor) in set.Tensors)
        {
            float[] wanted = tensor.ToFloats();
            if (!gradients.TryGetValue(RunsNames.Plain(name), out float[]? own)) found.Differs("first gradients", $"no {name}");
            else found.Values("first gradients", name, wanted, own, _golden.Tolerance.Gradients * wanted.Max(Math.Abs));
        }
    }

    private float[] Floats(in Tensor tensor) => tensor.Type == DType.F32
        ? _device.ToArray<float>(tensor)
        : Array.ConvertAll(_device.ToArray<ushort>(tensor), bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    /// <summary>Stands where an optimizer would: reads the gradients, changes nothing.</summary>
    private sealed class GradientKeeper(Decoder model) : IOptimizer
    {
        public Dictionary<string, float[]> Gradients { get; } = [];

        public void Step(ReadOnlySpan<double> rates, in Tensor factor)
        {
            foreach (Parameter parameter in model.TrainableParameters)
                if (parameter.Gradient.Exists) Gradients[RunsNames.Plain(parameter.Name)] = model.Device.ToArray<float>(parameter.Gradient);
        }

        public IReadOnlyList<TensorSource> Save() => [];

        public void Load(TensorSet state) => throw new NotSupportedException("gradients are kept, nothing is updated");

        public void Dispose()
        {
        }
    }
}
