// Merging: every pair's delta goes into its base weight.
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
        foreach (ActiveAdapter adapter in model.EmbeddingAdapters) AddToTable(model, adapter.Pair);
        model.EmbeddingAdapters.Clear();
        foreach (LinearModule linear in model.Linears)
        {
            foreach (ActiveAdapter adapter in linear.Adapters) AddToLinear(model.Device, linear, adapter.Pair);
            linear.Adapters.Clear();
        }
        foreach (Parameter parameter in model.Parameters) parameter.Trainable = false;
        model.RefreshTrainable();
    }

    private static void AddToLinear(IDevice device, LinearModule linear, LoraPair pair)
    {
        Parameter weight = linear.Weight.Dense
            ?? throw new UserError($"{linear.Path}: an adapter cannot be merged into a quantised weight; load the base unquantised");
        Multiply(device, Operand.Of(pair.B.Value), Operand.Of(pair.A.Value), weight, pair.Scale);
        if (pair.Bias is { } bias) AddToBias(device, linear, bias, pair.Scale);
        Free(pair);
    }

    /// <summary>Row t of the table gets scale (B A)[:, t]: the table += scale A^T B^T.</summary>
    private static void AddToTable(Decoder model, LoraPair pair)
    {
        Multiply(model.Device, Operand.Of(pair.A.Value, transposed: true), Operand.Of(pair.B.Value, transposed: true), model.Embedding, pair.Scale);
        Free(pair);
    }

    /// <summary>weight += scale a b, in fp32 with one rounding to the weight's own type.</summary>
    private static void Multiply(IDevice device, in Operand a, in Operand b, Parameter weight, float scale)
    {
        if (weight.Value.Type == DType.F32)
        {
            Matmul.Run(device, a, b, weight.Value, scale, beta: 1);
            return;
        }
        using Tensor wide = device.Empty(weight.Shape, DType.F32, Category.Workspace);
        Accumulate.Copy(device, weight.Value, wide);
        Matmul.Run(device, a, b, wide, scale, beta: 1);
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

    private static void Free(LoraPair pair)
    {
        foreach (Parameter parameter in pair.Parameters) parameter.Dispose();
    }
}
