// Puts the matrices of an adapter folder on the modules of a model.
using FastTune.Config;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;
using FastTune.Models;

namespace FastTune.Adapters;

internal static class AdapterAttachment
{
    public static PeftConfig Attach(Decoder model, string folder, bool trainable)
    {
        using PeftAdapter adapter = PeftAdapter.Open(folder);
        var linears = model.Linears.ToDictionary(linear => linear.Path);
        uint site = NextSite(model);
        foreach (PeftModule module in adapter.Modules)
        {
            var active = new ActiveAdapter(Pair(model.Device, module, trainable), (float)adapter.Config.LoraDropout, site++);
            if (module.IsEmbedding && module.Module == model.EmbeddingPath) Put(model, active, folder);
            else if (!module.IsEmbedding && linears.TryGetValue(module.Module, out LinearModule? linear)) Put(linear, active, folder);
            else throw NoModule(folder, module.Module, linears.Keys);
        }
        foreach (var (key, tensor) in adapter.Whole) Replace(model, folder, key, tensor, trainable);
        model.RefreshTrainable();
        return adapter.Config;
    }

    /// <summary>The first dropout site that no pair of the model has.</summary>
    public static uint NextSite(Decoder model) => model.Adapters.Select(adapter => adapter.Site + 1).DefaultIfEmpty(0u).Max();

    /// <summary>Makes a base weight a trained (or replaced) copy of its own: fp32, apart from a head that was tied to it.</summary>
    public static Parameter OwnCopy(Decoder model, string key, string source)
    {
        if (key == model.Embedding.Name || key == "lm_head.weight") model.Untie();
        return model.Parameters.FirstOrDefault(parameter => parameter.Name == key)
            ?? throw new UserError($"{source}: the model has no weight '{key}'{Nearest.Hint(key, model.Parameters.Select(parameter => parameter.Name))}");
    }

    internal static void Put(LinearModule linear, ActiveAdapter active, string folder)
    {
        LoraPair pair = active.Pair;
        if (pair.A.Shape.Columns != linear.Weight.Columns || pair.B.Shape.Rows != linear.Weight.Rows)
            throw new UserError($"{folder}: {linear.Path} has A {pair.A.Shape} and B {pair.B.Shape}, the model's weight is [{linear.Weight.Rows}, {linear.Weight.Columns}]: the adapter belongs to another model");
        linear.Adapters.Add(active);
    }

    private static void Put(Decoder model, ActiveAdapter active, string folder)
    {
        LoraPair pair = active.Pair;
        if (pair.A.Shape.Columns != model.Embedding.Shape.Rows || pair.B.Shape.Rows != model.Embedding.Shape.Columns)
            throw new UserError($"{folder}: {model.EmbeddingPath} has A {pair.A.Shape} and B {pair.B.Shape}, the model's table is {model.Embedding.Shape}: the adapter belongs to another model");
        model.EmbeddingAdapters.Add(active);
    }

    private static LoraPair Pair(IDevice device, PeftModule module, bool trainable)
    {
        if (module.Magnitude is not null) throw new UserError($"{module.A.Path}: use_dora: DoRA adapters are not supported yet");
        string path = module.Module;
        return new LoraPair(
            Load(device, module.A, module.IsEmbedding ? PeftKeys.EmbeddingA(path) : PeftKeys.A(path), trainable),
            Load(device, module.B, module.IsEmbedding ? PeftKeys.EmbeddingB(path) : PeftKeys.B(path), trainable),
            (float)module.Scale,
            module.Bias is null ? null : Load(device, module.Bias, PeftKeys.BiasOfB(path), trainable));
    }

    private static Parameter Load(IDevice device, StoredTensor source, string name, bool trainable)
    {
        Shape shape = source.Shape.Count == 1 ? new Shape(source.Shape[0]) : new Shape(source.Shape[0], source.Shape[1]);
        return new Parameter(name, device.From(source.ToFloats(), shape, Category.Adapters), trainable);
    }

    private static void Replace(Decoder model, string folder, string key, StoredTensor tensor, bool trainable)
    {
        Parameter parameter = OwnCopy(model, key, folder);
        if (parameter.Shape.Count != tensor.Count)
            throw new UserError($"{folder}: '{key}' has {tensor.Count} values, the model's weight is {parameter.Shape}: the adapter belongs to another model");
        DType type = trainable ? DType.F32 : parameter.Value.Type;
        Tensor value = model.Device.Empty(parameter.Shape, type, trainable ? Category.Adapters : Category.Weights);
        DecoderLoader.WriteFloats(model.Device, tensor.ToFloats(), value);
        parameter.Replace(value);
        parameter.Trainable = trainable;
    }

    internal static UserError NoModule(string folder, string module, IEnumerable<string> known) =>
        new($"{folder}: the adapter has a module '{module}', the model does not{Nearest.Hint(module, known)}");
}
