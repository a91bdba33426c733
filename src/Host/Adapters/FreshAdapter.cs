// A new adapter: which modules get one, and the numbers it starts from.
using FastTune.Config;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Rng;

namespace FastTune.Adapters;

internal static class FreshAdapter
{
    private const string All = "all";

    public static PeftConfig Create(
        Decoder model, MethodOptions method, string basePath, TorchGenerator generator, IReadOnlyList<string> modulesToSave)
    {
        var config = new PeftConfig
        {
            R = method.LoraRank,
            LoraAlpha = method.LoraAlpha,
            LoraDropout = method.LoraDropout,
            UseRslora = method.UseRslora,
            TargetModules = Targets(model, method.LoraTarget),
            ModulesToSave = [.. method.AdditionalTarget.Union(modulesToSave)],
            BaseModel = basePath,
        };
        uint site = AdapterAttachment.NextSite(model);
        foreach (LinearModule linear in model.Linears.Where(linear => config.Targets(linear.Path)))
            linear.Adapters.Add(new ActiveAdapter(Pair(model.Device, linear, config, generator), (float)config.LoraDropout, site++));
        foreach (string key in WholeKeys(model, config)) TrainWhole(model, key);
        model.RefreshTrainable();
        return config;
    }

    /// <summary>`all` means every linear but the head; other names must be the last part of some module's path.</summary>
    private static IReadOnlyList<string> Targets(Decoder model, IReadOnlyList<string> asked)
    {
        string[] names = [.. model.Linears.Select(Name).Distinct()];
        if (asked.Contains(All)) return [.. names.Where(name => name != Name(model.Head))];
        foreach (string name in asked)
            if (!model.Linears.Any(linear => linear.Path == name || linear.Path.EndsWith("." + name, StringComparison.Ordinal)))
                throw new UserError($"lora_target: no linear of the model is named '{name}'; choose among all, {string.Join(", ", names)}", 2);
        return asked;
    }

    private static string Name(LinearModule linear) => linear.Path[(linear.Path.LastIndexOf('.') + 1)..];

    /// <summary>A as a plain linear starts (drawn twice, the second draw is kept), B drawn in vain and then 0: PEFT's order.</summary>
    private static LoraPair Pair(IDevice device, LinearModule linear, PeftConfig config, TorchGenerator generator)
    {
        int rank = config.RankOf(linear.Path), inputs = (int)linear.Weight.Columns, outputs = (int)linear.Weight.Rows;
        float[] a = new float[rank * inputs], b = new float[outputs * rank];
        float bound = 1 / MathF.Sqrt(inputs);
        generator.Uniform(a);
        generator.Uniform(b);
        generator.Uniform(a, -bound, bound);
        Array.Clear(b);
        return new LoraPair(
            new Parameter(PeftKeys.A(linear.Path), device.From(a, new Shape(rank, inputs), Category.Adapters), trainable: true),
            new Parameter(PeftKeys.B(linear.Path), device.From(b, new Shape(outputs, rank), Category.Adapters), trainable: true),
            (float)config.ScaleOf(linear.Path));
    }

    private static IReadOnlyList<string> WholeKeys(Decoder model, PeftConfig config)
    {
        var keys = model.Parameters.Select(parameter => parameter.Name).Append("lm_head.weight").Distinct();
        var whole = keys.Where(key => config.Saves(key[..key.LastIndexOf('.')])).ToList();
        foreach (string name in config.ModulesToSave)
            if (!whole.Any(key => key.Contains(name, StringComparison.Ordinal)))
                throw new UserError($"additional_target: no module of the model is named '{name}'; try embed_tokens, lm_head", 2);
        return whole;
    }

    private static void TrainWhole(Decoder model, string key)
    {
        Parameter parameter = AdapterAttachment.OwnCopy(model, key, "additional_target");
        if (parameter.Value.Type != DType.F32)
        {
            Tensor wide = model.Device.Empty(parameter.Shape, DType.F32, Category.Adapters);
            Kernels.Ops.Accumulate.Accumulate.Copy(model.Device, parameter.Value, wide);
            parameter.Replace(wide);
        }
        parameter.Trainable = true;
    }
}
