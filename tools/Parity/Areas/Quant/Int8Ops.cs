// golden/quant/bnb/int8_ops: LLM.int8's quantisers on weights and activations, the integer product, outlier columns apart.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Dequantize;
using FastTune.Kernels.Ops.QuantizeRows;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Parity.Quant;

internal static class Int8Ops
{
    private const float ProductStep = 6.200124e-05f; // 1 / 127^2, as the library has it

    public static IEnumerable<Case> Find(string path)
    {
        string list = Path.Combine(path, "int8_ops.json"), tensors = Path.Combine(path, "int8_ops.safetensors");
        if (!File.Exists(list) || !File.Exists(tensors)) yield break;
        using var document = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var entry in document.RootElement.Clone().EnumerateArray())
            yield return new Case($"int8_ops/{entry.GetProperty("name").GetString()}", () => Check(tensors, entry));
    }

    private static Verdict Check(string path, JsonElement entry)
    {
        using var golden = Safetensors.Open(path);
        using var device = new CpuDevice();
        string name = entry.GetProperty("name").GetString()!;
        float[] Of(string part) => golden[$"{name}.{part}"].ToFloats();
        int m = entry.GetProperty("m").GetInt32(), k = entry.GetProperty("k").GetInt32(), n = entry.GetProperty("n").GetInt32();
        float[] weight = Of("W"), activations = Of("A");
        using var builder = new Int8Builder(device, n, k);
        using (Tensor values = device.From(weight, new Shape(n, k), Category.Workspace)) builder.Add(values);
        using Int8Matrix form = builder.Finish();
        using Tensor wide = device.Empty(new Shape(n, k), DType.F32, Category.Workspace);
        Dequantize.Run(device, form, wide);
        float[] dequantised = device.ToArray<float>(wide);
        sbyte[] codes = device.ToArray<sbyte>(form.Codes);
        float[] scales = device.ToArray<float>(form.Scales);
        if (Codes(golden, $"{name}.CB", codes) is { } wrong) return Verdict.Fail(wrong);
        if (Bits.Ulps(scales, Of("SCB")) > 0) return Verdict.Fail("SCB differs");
        if (Bits.Ulps(dequantised, Of("W_dequant")) is > 1 and var ulps) return Verdict.Fail($"dequantised weights differ by {ulps} ulps");
        return Product(device, golden, entry, name, (activations, codes, scales, dequantised), (m, k, n));
    }

    private static Verdict Product(
        CpuDevice device, TensorSet golden, JsonElement entry, string name, (float[] A, sbyte[] CB, float[] SCB, float[] W) parts, (int M, int K, int N) size)
    {
        var (m, k, n) = size;
        float threshold = (float)entry.GetProperty("threshold").GetDouble();
        bool[] outlier = new bool[k];
        for (int i = 0; i < parts.A.Length; i++) outlier[i % k] |= threshold > 0 && Math.Abs(parts.A[i]) >= threshold;
        int[] columns = [.. Enumerable.Range(0, k).Where(column => outlier[column])];
        if (!columns.SequenceEqual(entry.GetProperty("outlier_cols").EnumerateArray().Select(column => column.GetInt32()))) return Verdict.Fail("outlier columns differ");
        // Outlier entries do not count for a row's maximum; their columns are zeroed only where there is more than one row.
        float[] small = [.. parts.A.Select(value => threshold > 0 && Math.Abs(value) >= threshold ? 0 : value)];
        using Tensor x = device.From(small, new Shape(m, k), Category.Workspace);
        using Tensor codes = device.Empty(new Shape(m, k), DType.I8, Category.Workspace), scales = device.Empty(new Shape(m), DType.F32, Category.Workspace);
        QuantizeRows.Run(device, x, codes, scales);
        sbyte[] ca = device.ToArray<sbyte>(codes);
        float[] sca = device.ToArray<float>(scales);
        if (m > 1)
            for (int i = 0; i < ca.Length; i++)
                if (outlier[i % k]) ca[i] = 0;
        if (Codes(golden, $"{name}.CA", ca) is { } wrong) return Verdict.Fail(wrong);
        if (Bits.Ulps(sca, golden[$"{name}.SCA"].ToFloats()) > 0) return Verdict.Fail("SCA differs");
        float[] bias = golden[$"{name}.bias"].ToFloats(), expected = golden[$"{name}.out"].ToFloats();
        long[] products = golden[$"{name}.i32"].ToLongs();
        double worst = 0;
        for (int row = 0; row < m; row++)
            for (int column = 0; column < n; column++)
            {
                int sum = 0;
                for (int i = 0; i < k; i++) sum += ca[row * k + i] * parts.CB[column * k + i];
                if (sum != products[row * n + column]) return Verdict.Fail($"i32[{row},{column}] is {sum}, {products[row * n + column]} was expected");
                float value = (float)(Half)(sum * sca[row] * parts.SCB[column] * ProductStep + bias[column]);
                double rest = 0;
                foreach (int i in columns) rest += parts.A[row * k + i] * (double)(float)(Half)parts.W[column * k + i];
                worst = Math.Max(worst, Math.Abs((float)(Half)(value + (float)(Half)rest) - expected[row * n + column]) / Math.Max(1, Math.Abs(expected[row * n + column])));
            }
        return worst <= 2.0 / 1024 ? Verdict.Pass(worst) : Verdict.Fail("the output differs", worst); // two roundings to fp16
    }

    private static string? Codes(TensorSet golden, string name, sbyte[] got)
    {
        if (!golden.Tensors.ContainsKey(name)) return null;
        long[] expected = golden[name].ToLongs();
        for (int i = 0; i < got.Length; i++)
            if (got[i] != expected[i]) return $"{name}[{i}] is {got[i]}, {expected[i]} was expected";
        return null;
    }
}
