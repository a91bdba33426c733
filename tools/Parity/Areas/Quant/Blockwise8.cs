// golden/quant/bnb/blockwise8: tensors to 8-bit codes and back. Everything equal.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Dequantize8;
using FastTune.Kernels.Ops.Quantize8;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Parity.Quant;

internal static class Blockwise8
{
    public static IEnumerable<Case> Find(string path)
    {
        string list = Path.Combine(path, "blockwise8.json"), tensors = Path.Combine(path, "blockwise8.safetensors");
        if (!File.Exists(list) || !File.Exists(tensors)) yield break;
        using var document = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var entry in document.RootElement.Clone().EnumerateArray())
            yield return new Case($"blockwise8/{entry.GetProperty("name").GetString()}", () => Check(tensors, entry));
    }

    private static Verdict Check(string path, JsonElement entry)
    {
        using var golden = Safetensors.Open(path);
        using var device = new CpuDevice();
        string name = entry.GetProperty("name").GetString()!, map = entry.GetProperty("map").GetString()!;
        int block = entry.GetProperty("blocksize").GetInt32();
        CodeTable table = map == "signed" ? CodeTable.Signed8 : CodeTable.Unsigned8;
        if (!golden[$"map.{map}"].ToFloats().AsSpan().SequenceEqual(table.Values)) return Verdict.Fail("the map differs");
        using Tensor input = Bits.Floats(device, golden[$"{name}.input"]);
        using Tensor codes = device.Empty(input.Shape, DType.U8, Category.Workspace), y = device.Empty(input.Shape, DType.F32, Category.Workspace);
        using Tensor absmax = device.Empty(new Shape(FourBitMatrix.BlockCount(input.Count, block)), DType.F32, Category.Workspace);
        Quantize8.Run(device, input, codes, absmax, table, block);
        if (Bits.Ulps(device.ToArray<float>(absmax), golden[$"{name}.absmax"].ToFloats()) is > 0 and var ulps) return Verdict.Fail($"absmax differs by {ulps} ulps");
        byte[] got = device.ToArray<byte>(codes);
        if (!got.AsSpan().SequenceEqual(golden[$"{name}.codes"].Bytes)) return Verdict.Fail($"codes differ first at {got.AsSpan().CommonPrefixLength(golden[$"{name}.codes"].Bytes)}");
        Dequantize8.Run(device, codes, absmax, y, table, block);
        double worst = Bits.Ulps(Rounded(device.ToArray<float>(y), golden[$"{name}.dequant"].Type), golden[$"{name}.dequant"].ToFloats());
        return worst <= 1 ? Verdict.Pass(worst) : Verdict.Fail("values differ", worst);
    }

    private static float[] Rounded(float[] values, StoredType type) => type.Name switch
    {
        "BF16" => Array.ConvertAll(values, value => BFloat16Bits.Widen(BFloat16Bits.Round(value))),
        "F16" => Array.ConvertAll(values, value => (float)(Half)value),
        _ => values,
    };
}
