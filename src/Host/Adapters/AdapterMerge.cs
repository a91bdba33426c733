// Merging: the deltas of all pairs go into their base weights.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Accumulate;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using FastTune.Models;

namespace FastTune.Adapters;

internal static class AdapterMerge
{
    public static void Merge(Decoder model)
    {
        if (model.EmbeddingAdapters.Count + model.Head.Adapters.Count > 0) model.Untie();
        MergeTable(model);
        foreach (LinearModule linear in model.Linears.Where(linear => linear.Adapters.Count > 0)) MergeLinear(model.Device, linear);
        foreach (Parameter parameter in model.Parameters) parameter.Trainable = false;
        model.RefreshTrainable();
    }

    private static void MergeLinear(IDevice device, LinearModule linear)
    {
        Parameter weight = linear.Weight.Dense
            ?? throw new UserError($"{linear.Path}: an adapter cannot be merged into a quantised weight; load the base unquantised");
        foreach (LoraPair pair in Pairs(linear.Adapters))
            if (pair.Bias is { } bias) AddToBias(device, linear, bias, pair.Scale);
        InFloats(device, weight, wide =>
        {
            foreach (LoraPair pair in Pairs(linear.Adapters))
                Matmul.Run(device, Operand.Of(pair.B.Value), Operand.Of(pair.A.Value), wide, pair.Scale, beta: 1);
        });
        Remove(linear.Adapters);
    }

    /// <summary>Row t of the table gets scale (B A)[:, t]: the table += scale A^T B^T.</summary>
    private static void MergeTable(Decoder model)
    {
        if (model.EmbeddingAdapters.Count == 0) return;
        InFloats(model.Device, model.Embedding, wide =>
        {
            foreach (LoraPair pair in Pairs(model.EmbeddingAdapters))
                Matmul.Run(
                    model.Device, Operand.Of(pair.A.Value, transposed: true), Operand.Of(pair.B.Value, transposed: true), wide, pair.Scale, beta: 1);
        });
        Remove(model.EmbeddingAdapters);
    }

    /// <summary>Changes a weight in fp32: one rounding to its own type, however many pairs add to it.</summary>
    private static void InFloats(IDevice device, Parameter weight, Action<Tensor> change)
    {
        if (weight.Value.Type == DType.F32)
        {
            change(weight.Value);
            return;
        }
        using Tensor wide = device.Empty(weight.Shape, DType.F32, Category.Workspace);
        Accumulate.Copy(device, weight.Value, wide);
        change(wide);
        Accumulate.Copy(device, wide, weight.Value);
    }

    private static void AddToBias(IDevice device, LinearModule linear, Parameter bias, float scale)
    {
        if (linear.Bias is null)
            throw new UserError($"{linear.Path}: the adapter's bias (lora_bias) has no base bias to be merged into");
        using Tensor one = device.From([1f], new Shape(1, 1), Category.Workspace);
        using Tensor from = bias.Value.Reshape(new Shape(1, bias.Shape.Count)), to = linear.Bias.Value.Reshape(new Shape(1, bias.Shape.Count));
        Matmul.Run(device, Operand.Of(one), Operand.Of(from), to, scale, beta: 1);
    }

    private static IEnumerable<LoraPair> Pairs(IEnumerable<ActiveAdapter> adapters) => adapters.Select(adapter => adapter.Pair);

    private static void Remove(List<ActiveAdapter> adapters)
    {
        foreach (Parameter parameter in Pairs(adapters).SelectMany(pair => pair.Parameters)) parameter.Dispose();
        adapters.Clear();
    }
}
