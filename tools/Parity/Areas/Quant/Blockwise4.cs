// golden/quant/bnb/blockwise4: matrices to 4 bits and back. Codes and scales equal, values within an ulp (FP4: values, not codes).
using System.Text.Json;
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Dequantize;
using FastTune.Kernels.Ops.Quantize4;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Parity.Quant;

internal static class Blockwise4
{
    public static IEnumerable<Case> Find(string path)
    {
        string list = Path.Combine(path, "blockwise4.json"), tensors = Path.Combine(path, "blockwise4.safetensors");
        if (!File.Exists(list) || !File.Exists(tensors)) yield break;
        using var document = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var entry in document.RootElement.Clone().EnumerateArray())
            yield return new Case($"blockwise4/{entry.GetProperty("name").GetString()}", () => Check(tensors, entry));
    }

    private static Verdict Check(string path, JsonElement entry)
    {
        using var golden = Safetensors.Open(path);
        using var device = new CpuDevice();
        string name = entry.GetProperty("name").GetString()!;
        long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        bool nested = entry.GetProperty("double_quant").GetBoolean(), fp4 = entry.GetProperty("quant_type").GetString() == "fp4";
        var options = new FourBitOptions(fp4 ? CodeTable.Fp4 : CodeTable.Nf4, entry.GetProperty("blocksize").GetInt32(), nested);
        if (!golden[$"quant_map.{options.Table.Name}"].ToFloats().AsSpan().SequenceEqual(options.Table.Values)) return Verdict.Fail("the table differs");
        if (nested && !golden["nested_quant_map"].ToFloats().AsSpan().SequenceEqual(CodeTable.Signed8.Values)) return Verdict.Fail("the nested table differs");
        using var builder = new FourBitBuilder(device, shape[0], shape[1], options);
        using (Tensor input = Bits.Floats(device, golden[$"{name}.input"])) builder.Add(input);
        using FourBitMatrix own = builder.Finish(), stored = Stored(device, golden, name, shape, options, entry);
        byte[] packed = device.ToArray<byte>(own.Packed);
        if (!fp4 && !packed.AsSpan().SequenceEqual(golden[$"{name}.packed"].Bytes)) return Verdict.Fail($"codes differ first at byte {packed.AsSpan().CommonPrefixLength(golden[$"{name}.packed"].Bytes)}");
        if (Scales(device, own, golden, name, nested, entry) is { } problem) return Verdict.Fail(problem);
        string wide = golden.Tensors.ContainsKey($"{name}.dequant_fp32") ? $"{name}.dequant_fp32" : $"{name}.dequant";
        double worst = Bits.Ulps(Widened(device, stored), golden[wide].ToFloats());
        if (worst > 1) return Verdict.Fail("values of the stored bytes differ", worst);
        if (!nested) worst = Math.Max(worst, Bits.Ulps(Widened(device, own), golden[wide].ToFloats()));
        return worst <= 1 ? Verdict.Pass(worst) : Verdict.Fail("values of our bytes differ", worst);
    }

    private static string? Scales(CpuDevice device, FourBitMatrix own, TensorSet golden, string name, bool nested, JsonElement entry)
    {
        if (!nested)
        {
            double away = Bits.Ulps(device.ToArray<float>(own.Scales.First), golden[$"{name}.absmax"].ToFloats());
            return away == 0 ? null : $"absmax differs by {away} ulps";
        }
        if (Bits.Ulps([own.Scales.Offset], [(float)entry.GetProperty("offset").GetDouble()]) is > 0 and var offset) return $"the offset differs by {offset} ulps";
        if (!NestedCodes(device, own, golden, name)) return "codes of the scales differ";
        double scales = Bits.Ulps(device.ToArray<float>(own.Scales.Nested), golden[$"{name}.nested_absmax"].ToFloats());
        return scales == 0 ? null : $"nested_absmax differs by {scales} ulps";
    }

    // The library's CPU quantiser looks a number up in 65536 buckets of [-1, 1] (README, "8-bit blocks": not to be copied), so its code of a
    // scale may be that of another number in the bucket.
    private static bool NestedCodes(CpuDevice device, FourBitMatrix own, TensorSet golden, string name)
    {
        const float bucket = 2f / 65536;
        byte[] ours = device.ToArray<byte>(own.Scales.First);
        ReadOnlySpan<byte> theirs = golden[$"{name}.absmax"].Bytes;
        float[] nested = device.ToArray<float>(own.Scales.Nested);
        using Tensor input = Bits.Floats(device, golden[$"{name}.input"]);
        using var single = new FourBitBuilder(device, own.Rows, own.Columns, new FourBitOptions(own.Table, own.BlockSize, Double: false));
        single.Add(input);
        using FourBitMatrix plain = single.Finish();
        float[] absmax = device.ToArray<float>(plain.Scales.First);
        for (int i = 0; i < ours.Length; i++)
        {
            float scaled = (absmax[i] - own.Scales.Offset) / nested[i / FourBitOptions.NestedBlock];
            bool near = CodeTable.Signed8.Encode(scaled - bucket) <= theirs[i] && theirs[i] <= CodeTable.Signed8.Encode(scaled + bucket);
            if (ours[i] != theirs[i] && !near) return false;
        }
        return ours.Length == theirs.Length;
    }

    private static FourBitMatrix Stored(CpuDevice device, TensorSet golden, string name, long[] shape, FourBitOptions options, JsonElement entry)
    {
        Tensor packed = Bits.Bytes(device, golden[$"{name}.packed"]);
        if (!options.Double) return new FourBitMatrix(shape[0], shape[1], options.Table, options.Block, packed, new BlockScales(Bits.Floats(device, golden[$"{name}.absmax"])));
        var scales = new BlockScales(
            Bits.Bytes(device, golden[$"{name}.absmax"]), Bits.Floats(device, golden[$"{name}.nested_absmax"]), CodeTable.Of(golden["nested_quant_map"].ToFloats()),
            (float)entry.GetProperty("offset").GetDouble(), entry.GetProperty("nested_blocksize").GetInt32());
        return new FourBitMatrix(shape[0], shape[1], options.Table, options.Block, packed, scales);
    }

    private static float[] Widened(CpuDevice device, FourBitMatrix form)
    {
        using Tensor wide = device.Empty(new Shape(form.Rows, form.Columns), DType.F32, Category.Workspace);
        Dequantize.Run(device, form, wide);
        return device.ToArray<float>(wide);
    }
}
