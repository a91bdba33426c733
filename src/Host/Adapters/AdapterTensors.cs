// The tensors of adapter_model.safetensors: the trained pairs, the base weights PEFT keeps beside some, and whole modules.
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Models;

namespace FastTune.Adapters;

internal static class AdapterTensors
{
    public static IReadOnlyList<TensorSource> Of(Decoder model, PeftConfig config)
    {
        var tensors = new List<TensorSource>();
        foreach (ActiveAdapter adapter in model.EmbeddingAdapters.TakeLast(1)) AddPair(tensors, model, adapter, model.EmbeddingPath, model.Embedding);
        foreach (LinearModule linear in model.Linears)
            foreach (ActiveAdapter adapter in linear.Adapters.TakeLast(1))
                AddPair(tensors, model, adapter, linear.Path, linear == model.Head ? linear.Weight.Dense : null);
        foreach (Parameter parameter in model.Parameters)
            if (parameter.Trainable || config.Saves(parameter.Name[..parameter.Name.LastIndexOf('.')]))
                tensors.Add(ParameterSource.Of(model.Device, parameter, KeyOf(model, parameter)));
        return tensors;
    }

    /// <summary>Key of a trained tensor. A pair's carry theirs as their names; the bias of a linear that an adapter wraps is
    /// stored under its base layer.</summary>
    public static string KeyOf(Decoder model, Parameter parameter)
    {
        if (model.Adapters.Any(adapter => adapter.Pair.Parameters.Contains(parameter))) return parameter.Name;
        LinearModule? wrapped = model.Linears.FirstOrDefault(linear => linear.Adapters.Count > 0 && linear.Bias == parameter);
        return wrapped is null ? PeftKeys.Whole(parameter.Name) : PeftKeys.BaseBias(wrapped.Path);
    }

    /// <summary>The pair, and for embedding and head their untouched base weight, which PEFT stores too.</summary>
    private static void AddPair(List<TensorSource> tensors, Decoder model, ActiveAdapter adapter, string path, Parameter? baseWeight)
    {
        foreach (Parameter parameter in adapter.Pair.Parameters) tensors.Add(ParameterSource.Of(model.Device, parameter));
        if (baseWeight is not null) tensors.Add(ParameterSource.Of(model.Device, baseWeight, PeftKeys.BaseLayer(path)));
    }
}
