// Streams a checkpoint's weights onto a device and puts the decoder together.
using System.Runtime.InteropServices;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Models;

/// <summary>How weights are kept.</summary>
/// <param name="ComputeType">Type of activations: F32 or BF16.</param>
/// <param name="FrozenType">Type of matrices that do not train.</param>
/// <param name="TrainedType">Type of matrices that train (fp32 masters unless pure bf16).</param>
/// <param name="Trains">Whether the weight with this key trains.</param>
public sealed record LoadOptions(DType ComputeType, DType FrozenType, DType TrainedType, Func<string, bool> Trains)
{
    /// <summary>Quantises the layers' linears while they are read; null: they keep their type.</summary>
    public WeightQuantization? Quantization { get; init; }

    /// <summary>Keeps matrices of a GGUF file in its block types; null: they are widened.</summary>
    internal BlockWeights? Blocks { get; init; }

    /// <summary>Everything in fp32, nothing trained.</summary>
    public static LoadOptions Inference(DType type) => new(type, type, type, _ => false);
}

public static class DecoderLoader
{
    /// <summary>Floats read at a time: no second copy of a weight is ever held.</summary>
    private const long BlockValues = 1 << 20;

    /// <summary>The decoder of an open checkpoint. Vectors (norms, biases) are fp32 whatever the matrices are.</summary>
    public static Decoder Load(Checkpoint checkpoint, IDevice device, LoadOptions options)
    {
        var weights = new Dictionary<WeightSlot, Weight>();
        foreach (WeightEntry entry in checkpoint.Weights)
        {
            weights[entry.Slot] = Read(entry, device, options);
            if (entry.Slot.Role == WeightRole.Embedding && checkpoint.Spec.TiedHead && options.Blocks?.Fits(entry) == true)
                weights[new(WeightRole.Head)] = new Weight("lm_head.weight", options.Blocks.Load(entry, device)); // rows are looked up in one, multiplied in the other
            entry.Release();
        }
        return Assemble(checkpoint.Spec, device, options.ComputeType, weights);
    }

    /// <summary>A decoder of fresh weights: <paramref name="fill"/> makes the values of each slot, in the reference's order.</summary>
    public static Decoder Create(
        ModelConfig config, IDevice device, LoadOptions options, Func<SlotShape, string> keyOf, Func<SlotShape, float[]> fill)
    {
        var weights = new Dictionary<WeightSlot, Weight>();
        foreach (SlotShape slot in WeightSlots.Of(config.Spec))
        {
            string key = keyOf(slot);
            bool trains = options.Trains(key);
            Tensor tensor = device.Empty(ShapeOf(slot.Shape), TypeOf(slot.Shape.Count, trains, options), Category.Weights);
            if (device.Kind != DeviceKind.Plan) WriteFloats(device, fill(slot), tensor);
            weights[slot.Slot] = new Weight(new Parameter(key, tensor, trains));
        }
        return Assemble(config.Spec, device, options.ComputeType, weights);
    }

    private static Weight Read(WeightEntry entry, IDevice device, LoadOptions options)
    {
        bool trains = options.Trains(entry.Key);
        if (entry.Quantised is { } quantised)
            return trains ? throw new UserError($"{entry.Key}: the model is quantised ({quantised.Kind}), and quantised weights cannot train; set finetuning_type: lora, or use the unquantised model")
                : new Weight(entry.Key, quantised.Load(device));
        if (options.Quantization is { } quantization && WeightQuantization.Covers(entry.Slot.Role))
            return new Weight(entry.Key, quantization.Load(entry, device));
        if (!trains && entry.Slot.Role != WeightRole.Embedding && options.Blocks is { } blocks && blocks.Fits(entry))
            return new Weight(entry.Key, blocks.Load(entry, device));
        return new Weight(Dense(entry, device, options, trains));
    }

    private static Parameter Dense(WeightEntry entry, IDevice device, LoadOptions options, bool trains)
    {
        DType type = TypeOf(entry.Shape.Count, trains, options);
        Tensor tensor = device.Empty(ShapeOf(entry.Shape), type, Category.Weights);
        if (device.Kind == DeviceKind.Plan) return new Parameter(entry.Key, tensor, trains);
        long rowLength = Math.Max(1, entry.RowLength), block = Math.Max(1, BlockValues / rowLength);
        using Tensor rows = tensor.Reshape(new Shape(entry.Rows, rowLength));
        for (long row = 0; row < entry.Rows; row += block)
            CopyRows(entry, device, rows, row, Math.Min(block, entry.Rows - row));
        return new Parameter(entry.Key, tensor, trains);
    }

    private static void CopyRows(WeightEntry entry, IDevice device, in Tensor target, long row, long count)
    {
        using Tensor part = target.RowRange(row, count);
        int values = checked((int)part.Count);
        if (target.Type == DType.F32)
        {
            var wide = new float[values];
            entry.CopyRows(row, count, wide);
            device.Write(MemoryMarshal.AsBytes<float>(wide), part);
            return;
        }
        var narrow = new ushort[values];
        entry.CopyRows(row, count, narrow);
        device.Write(MemoryMarshal.AsBytes<ushort>(narrow), part);
    }

    /// <summary>Writes fp32 values to a tensor of F32 or BF16.</summary>
    public static void WriteFloats(IDevice device, float[] values, in Tensor tensor)
    {
        if (tensor.Type == DType.F32) device.Write(MemoryMarshal.AsBytes<float>(values), tensor);
        else device.Write(MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, BFloat16Bits.Round)), tensor);
    }

    private static DType TypeOf(int rank, bool trains, LoadOptions options) =>
        rank == 1 ? DType.F32 : trains ? options.TrainedType : options.FrozenType;

    internal static Shape ShapeOf(IReadOnlyList<long> sizes) => sizes.Count == 1 ? new Shape(sizes[0]) : new Shape(sizes[0], sizes[1]);

    private static Decoder Assemble(DecoderSpec spec, IDevice device, DType computeType, Dictionary<WeightSlot, Weight> weights)
    {
        if (spec.ResidualScale != 1 || spec.LogitScale != 1)
            throw new UserError($"family {spec.Family}: residual and logit multipliers are not supported yet");
        var layers = new DecoderLayer[spec.Layers.Count];
        for (int i = 0; i < layers.Length; i++) layers[i] = Layer(spec, i, weights);
        Parameter embedding = weights[new(WeightRole.Embedding)].Dense!;
        Weight head = weights.GetValueOrDefault(new(WeightRole.Head)) ?? weights[new(WeightRole.Embedding)];
        string headPath = spec.TiedHead ? "lm_head" : Path(head);
        var decoder = new Decoder(spec, device, new DecoderWeights(
            computeType, embedding, layers, weights[new(WeightRole.FinalNorm)].Dense!,
            new LinearModule(headPath, head, null), [.. WeightSlots.Of(spec).Select(slot => weights[slot.Slot].Dense).OfType<Parameter>()]));
        decoder.RefreshTrainable();
        return decoder;
    }

    private static DecoderLayer Layer(DecoderSpec spec, int layer, Dictionary<WeightSlot, Weight> weights)
    {
        Parameter? Vector(WeightRole role) => weights.GetValueOrDefault(new(role, layer))?.Dense;
        LinearModule Linear(WeightRole weight, WeightRole bias)
        {
            Weight matrix = weights[new(weight, layer)];
            return new LinearModule(Path(matrix), matrix, Vector(bias));
        }
        var attention = new AttentionWeights(
            Linear(WeightRole.Query, WeightRole.QueryBias), Linear(WeightRole.Key, WeightRole.KeyBias),
            Linear(WeightRole.Value, WeightRole.ValueBias), Linear(WeightRole.Output, WeightRole.OutputBias),
            Vector(WeightRole.QueryNorm), Vector(WeightRole.KeyNorm));
        Parameter attentionNorm = Vector(WeightRole.AttentionNorm)!, mlpNorm = Vector(WeightRole.MlpNorm)!;
        var mlp = new MlpBlock(
            spec, Linear(WeightRole.Gate, WeightRole.GateBias), Linear(WeightRole.Up, WeightRole.UpBias),
            Linear(WeightRole.Down, WeightRole.DownBias), new NormRule(mlpNorm, spec.NormEpsilon));
        var block = new AttentionBlock(spec, layer, attention, new NormRule(attentionNorm, spec.NormEpsilon));
        return new DecoderLayer(block, mlp, attentionNorm, mlpNorm);
    }

    private static string Path(Weight weight) => weight.Name[..^".weight".Length];
}
