// Finds weights in bitsandbytes' saved forms by the keys beside them (golden/quant/README.md, "Saved form").
using System.Text.Json;
using FastTune.Formats;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Models;

internal static class BnbWeights
{
    private const string State = ".quant_state.bitsandbytes__";
    private const int LongestState = 1 << 16;

    /// <summary>The quantised weight of this key, or null: it is stored plainly. A weight is quantised if and only if its state's key is there.</summary>
    /// <exception cref="UserError">Parts that are missing or do not fit together.</exception>
    public static QuantisedWeight? Find(IReadOnlyDictionary<string, StoredTensor> tensors, string key, IReadOnlyList<long> shape)
    {
        if (!tensors.TryGetValue(key, out StoredTensor? weight)) return null;
        foreach (string type in new[] { "nf4", "fp4" })
            if (tensors.TryGetValue(key + State + type, out StoredTensor? state)) return FourBit(tensors, weight, state, shape);
        string module = key[..^Math.Min(key.Length, "weight".Length)];
        return weight.Type == StoredType.I8 && tensors.TryGetValue(module + "SCB", out StoredTensor? scales)
            ? Int8(tensors, weight, scales, module, shape) : null;
    }

    private static QuantisedWeight FourBit(IReadOnlyDictionary<string, StoredTensor> tensors, StoredTensor weight, StoredTensor stateTensor, IReadOnlyList<long> shape)
    {
        FourBitState state = ReadState(stateTensor);
        if (!state.Shape.SequenceEqual(shape))
            throw Wrong(weight, $"its quant_state says shape [{string.Join(", ", state.Shape)}], [{string.Join(", ", shape)}] was expected from the config");
        long count = shape[0] * shape[1], blocks = FourBitMatrix.BlockCount(count, state.BlockSize);
        StoredTensor absmax = Part(tensors, weight, ".absmax"), table = Part(tensors, weight, ".quant_map");
        Require(weight, (count + 1) / 2);
        Require(absmax, blocks * (state.Nested is null ? 4 : 1));
        CodeTable codes = Table(table, 16);
        if (state.Nested is not { } nested)
        {
            RequireFloats(absmax);
            return new(state.Kind, shape, [weight, absmax], device => new FourBitMatrix(shape[0], shape[1], codes, state.BlockSize,
                QuantisedWeight.Bytes(device, weight, new Shape((count + 1) / 2), DType.U8),
                new BlockScales(QuantisedWeight.Bytes(device, absmax, new Shape(blocks), DType.F32))));
        }
        StoredTensor scales = Part(tensors, weight, ".nested_absmax");
        long groups = FourBitMatrix.BlockCount(blocks, nested.BlockSize);
        Require(scales, groups * 4);
        RequireFloats(scales);
        CodeTable map = Table(Part(tensors, weight, ".nested_quant_map"), 256);
        return new(state.Kind, shape, [weight, absmax, scales], device => new FourBitMatrix(shape[0], shape[1], codes, state.BlockSize,
            QuantisedWeight.Bytes(device, weight, new Shape((count + 1) / 2), DType.U8),
            new BlockScales(QuantisedWeight.Bytes(device, absmax, new Shape(blocks), DType.U8),
                QuantisedWeight.Bytes(device, scales, new Shape(groups), DType.F32), map, nested.Offset, nested.BlockSize)));
    }

    private static QuantisedWeight Int8(
        IReadOnlyDictionary<string, StoredTensor> tensors, StoredTensor weight, StoredTensor scales, string module, IReadOnlyList<long> shape)
    {
        if (!weight.Shape.SequenceEqual(shape)) throw Wrong(weight, $"it has shape [{string.Join(", ", weight.Shape)}], [{string.Join(", ", shape)}] was expected from the config");
        if (tensors.TryGetValue(module + "weight_format", out StoredTensor? format) && format.ToLongs() is not [0])
            throw Wrong(weight, "its weight_format is not 0 (row-major), which cannot be read");
        Require(scales, shape[0] * 4);
        RequireFloats(scales);
        return new("INT8", shape, [weight, scales], device => new Int8Matrix(
            QuantisedWeight.Bytes(device, weight, new Shape(shape[0], shape[1]), DType.I8), QuantisedWeight.Bytes(device, scales, new Shape(shape[0]), DType.F32)));
    }

    /// <summary>The keys that may stand beside a quantised weight's own.</summary>
    public static IEnumerable<string> KeysOf(string weight) =>
        new[] { "absmax", "quant_map", "nested_absmax", "nested_quant_map", "quant_state.bitsandbytes__nf4", "quant_state.bitsandbytes__fp4" }
            .Select(part => $"{weight}.{part}").Concat([weight[..^"weight".Length] + "SCB", weight + "_format"]);

    private static FourBitState ReadState(StoredTensor tensor)
    {
        if (tensor.ByteLength > LongestState || tensor.Type.BlockBytes != 1) throw Wrong(tensor, "it is no JSON text in bytes");
        try
        {
            using var json = JsonDocument.Parse(tensor.Bytes.ToArray(), new JsonDocumentOptions { MaxDepth = 8 });
            return FourBitState.Read(json.RootElement);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Wrong(tensor, $"it cannot be read as a quantisation state ({Printable.Line(broken.Message)})");
        }
    }

    private static StoredTensor Part(IReadOnlyDictionary<string, StoredTensor> tensors, StoredTensor weight, string suffix) =>
        tensors.GetValueOrDefault(weight.Name + suffix) ?? throw Wrong(weight, $"'{weight.Name}{suffix}' is missing beside it");

    private static CodeTable Table(StoredTensor tensor, int values)
    {
        if (tensor.Count != values || tensor.Type != StoredType.F32) throw Wrong(tensor, $"{values} values of type F32 were expected");
        float[] table = tensor.ToFloats();
        return table.All(float.IsFinite) ? CodeTable.Of(table) : throw Wrong(tensor, "a value is not finite");
    }

    private static void Require(StoredTensor tensor, long bytes)
    {
        if (tensor.ByteLength != bytes) throw Wrong(tensor, $"it has {tensor.ByteLength} bytes, {bytes} were expected");
    }

    private static void RequireFloats(StoredTensor tensor)
    {
        if (tensor.Type != StoredType.F32) throw Wrong(tensor, $"it has type {tensor.Type.Name}, F32 was expected");
    }

    private static UserError Wrong(StoredTensor tensor, string what) =>
        new($"{tensor.Path}: quantised weight '{tensor.Name}': {what}; download the model again, or use the unquantised one");
}
