// Whole quantised checkpoints (golden/quant): a model folder with reference.safetensors. Dequantised rows exact, logits within 1e-4.
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Dequantize;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using FastTune.Models;

namespace FastTune.Parity.Quant;

internal sealed class CheckpointsArea : IArea
{
    private const double LogitsTolerance = 1e-4;

    public string Name => "quant-checkpoints";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        if (!File.Exists(Path.Combine(path, "config.json")) || !File.Exists(Path.Combine(path, "reference.safetensors"))) yield break;
        yield return new Case(Path.GetFileName(path), () => Check(path));
    }

    private static Verdict Check(string folder)
    {
        using var golden = Safetensors.Open(Path.Combine(folder, "reference.safetensors"));
        using var run = new ModelRun(folder, trains: false);
        var deviations = new Deviations();
        foreach (string name in golden.Tensors.Keys.Where(name => name.StartsWith("dequant.", StringComparison.Ordinal))) Dequantised(run, golden, name, deviations);
        foreach (string name in golden.Tensors.Keys.Where(name => name.StartsWith("rowsum.", StringComparison.Ordinal))) RowSums(run, golden, name, deviations);
        long[] ids = golden["input_ids"].ToLongs();
        deviations.Compare("logits", golden["logits"].ToFloats(), run.Logits(Batch(ids, (int)golden["input_ids"].Shape[^1])), LogitsTolerance);
        return deviations.Verdict;
    }

    /// <summary>Rows of equal length, each a sequence.</summary>
    internal static TokenBatch Batch(long[] ids, int length) => new(
        Array.ConvertAll(ids, id => (int)id), [.. Enumerable.Range(0, ids.Length).Select(i => i % length)],
        [.. Enumerable.Range(0, ids.Length / length + 1).Select(i => i * length)], [], [], length);

    private static void Dequantised(ModelRun run, TensorSet golden, string name, Deviations deviations)
    {
        float[] expected = golden[name].ToFloats();
        float[] got = Widened(run, name["dequant.".Length..], (int)golden[name].Shape[0]);
        double ulps = Bits.Ulps(got, expected);
        deviations.Compare($"{name} (ulps)", [0], [(float)ulps], 1);
    }

    private static void RowSums(ModelRun run, TensorSet golden, string name, Deviations deviations)
    {
        float[] expected = golden[name].ToFloats(), wide = Widened(run, name["rowsum.".Length..], expected.Length);
        int columns = wide.Length / expected.Length;
        for (int row = 0; row < expected.Length; row++)
        {
            double sum = 0, size = 0;
            foreach (float value in wide.AsSpan(row * columns, columns)) (sum, size) = (sum + value, size + Math.Abs(value));
            deviations.Compare($"{name}[{row}]", [expected[row]], [(float)sum], 1e-6 * size + 1e-9); // fp32 sums in another order
        }
    }

    private static float[] Widened(ModelRun run, string path, int rows)
    {
        Weight weight = run.Decoder.Linears.First(linear => linear.Path == path).Weight;
        if (weight.Stored is not { } form) return run.Decoder.Device.ToArray<float>(weight.Dense!.Value)[..(int)(rows * weight.Columns)];
        using Tensor wide = run.Decoder.Device.Empty(new Shape(rows, form.Columns), DType.F32, Category.Workspace);
        Dequantize.Run(run.Decoder.Device, form, wide);
        return run.Decoder.Device.ToArray<float>(wide);
    }
}
