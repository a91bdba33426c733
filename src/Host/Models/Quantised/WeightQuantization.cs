// What quantization_bit asks for: which weights are quantised while they are loaded, and how.
using FastTune.Config;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Quantize4;
using FastTune.Kernels.Ops.QuantizeRows;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Models;

/// <summary>bitsandbytes' meaning: every linear of the layers; embedding, head and norms keep their type.</summary>
/// <param name="FourBit">Null: 8 bits (LLM.int8).</param>
public sealed record WeightQuantization(FourBitOptions? FourBit)
{
    /// <summary>Values read and quantised at a time.</summary>
    private const long BlockValues = 1 << 20;

    /// <summary>From the recipe's keys; null when no quantisation is asked for.</summary>
    /// <exception cref="UserError">The checkpoint is quantised already, in another way.</exception>
    public static WeightQuantization? Of(ModelOptions options, Checkpoint checkpoint)
    {
        if (options.QuantizationBit is not { } bits) return null;
        if (options.QuantizationMethod != "bnb") throw new UserError($"quantization_method: {options.QuantizationMethod} is not supported; choose bnb", 2);
        if (checkpoint.Weights.FirstOrDefault(weight => weight.Quantised is not null) is { Quantised: { } stored })
            throw new UserError($"quantization_bit: {bits}: {checkpoint.Path} is quantised already ({stored.Kind}) and loads as it is; remove the key", 2);
        if (bits == 8) return new WeightQuantization(FourBit: null);
        CodeTable table = options.QuantizationType == "fp4" ? CodeTable.Fp4 : CodeTable.Nf4;
        return new WeightQuantization(new FourBitOptions(table, Double: options.DoubleQuantization));
    }

    /// <summary>True for the weights that are quantised.</summary>
    public static bool Covers(WeightRole role) => role is WeightRole.Query or WeightRole.Key or WeightRole.Value or WeightRole.Output
        or WeightRole.Gate or WeightRole.Up or WeightRole.Down;

    /// <summary>The stored form of an entry, read and quantised block by block: the wide matrix is never held.</summary>
    internal IStoredForm Load(WeightEntry entry, IDevice device) => FourBit is null ? Eight(entry, device) : Four(entry, device, FourBit);

    private static IStoredForm Four(WeightEntry entry, IDevice device, FourBitOptions options)
    {
        using var builder = new FourBitBuilder(device, entry.Rows, entry.RowLength, options);
        Stream(entry, device, builder.RowStep, half: false, values => builder.Add(values));
        return builder.Finish();
    }

    private static IStoredForm Eight(WeightEntry entry, IDevice device)
    {
        using var builder = new Int8Builder(device, entry.Rows, entry.RowLength);
        Stream(entry, device, 1, half: true, values => builder.Add(values));
        return builder.Finish();
    }

    // LLM.int8 takes its codes of the weights in fp16, as the library does.
    private static void Stream(WeightEntry entry, IDevice device, int step, bool half, Action<Tensor> add)
    {
        long block = Math.Max(step, BlockValues / Math.Max(1, entry.RowLength) / step * step);
        for (long row = 0; row < entry.Rows; row += block)
        {
            long count = Math.Min(block, entry.Rows - row);
            using Tensor values = device.Empty(new Shape(count, entry.RowLength), DType.F32, Category.Workspace);
            if (device.Kind != DeviceKind.Plan) Write(entry, device, row, count, half, values);
            add(values);
        }
    }

    private static void Write(WeightEntry entry, IDevice device, long row, long count, bool half, in Tensor values)
    {
        var floats = new float[values.Count];
        entry.CopyRows(row, count, floats);
        if (half)
            for (int i = 0; i < floats.Length; i++) floats[i] = (float)(Half)floats[i];
        DecoderLoader.WriteFloats(device, floats, values);
    }
}
