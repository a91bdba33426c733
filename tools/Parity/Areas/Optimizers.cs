// Golden area: optimizer trajectories (problem.safetensors, index.json, a file an optimizer) and gradient clipping.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.GradNorm;
using FastTune.Kernels.Tensors;
using FastTune.Optim;

namespace FastTune.Parity;

internal sealed class Optimizers : IArea
{
    private const double Tolerance = 1e-5;

    public string Name => "optim";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string problem = Path.Combine(path, "problem.safetensors"), index = Path.Combine(path, "index.json"), clipping = Path.Combine(path, "clipping.json");
        if (File.Exists(problem) && File.Exists(index))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            foreach (var entry in document.RootElement.Clone().EnumerateObject())
                yield return new Case(entry.Name, () => Trajectory(path, entry.Name, entry.Value));
        }
        if (!File.Exists(clipping)) yield break;
        using var cases = JsonDocument.Parse(File.ReadAllBytes(clipping));
        foreach (var item in cases.RootElement.GetProperty("cases").Clone().EnumerateArray())
            yield return new Case($"clipping_{item.GetProperty("case")}", () => Clipping(path, item));
    }

    private static Verdict Trajectory(string folder, string name, JsonElement settings)
    {
        string kind = settings.GetProperty("optimizer").GetString()!;
        if (kind == "AdamW8bit") return EightBitOptimizers.Trajectory(folder, name, settings);
        if (kind.Split(' ')[0] != "AdamW") return Verdict.Fail($"optimizer {kind} is not supported yet");
        using var problem = Safetensors.Open(Path.Combine(folder, "problem.safetensors"));
        using var expected = Safetensors.Open(Path.Combine(folder, name + ".safetensors"));
        using var device = new CpuDevice();
        string[] names = [.. problem.Tensors.Keys.Where(key => key.StartsWith("param/", StringComparison.Ordinal)).Select(key => key[6..])];
        var parameters = names.Select(key => new Parameter(key, device.From(problem[$"param/{key}"].ToFloats(), new Shape(problem[$"param/{key}"].Count), Category.Weights), true)).ToArray();
        double decay = settings.GetProperty("weight_decay").GetDouble(), rate = settings.GetProperty("lr").GetDouble();
        // The recorded grouping: matrices decay, the 1-D bias does not.
        OptimizerGroup[] groups = [new([.. parameters.Where(p => problem[$"param/{p.Name}"].Shape.Count > 1)], decay), new([.. parameters.Where(p => problem[$"param/{p.Name}"].Shape.Count == 1)], 0)];
        var betas = settings.GetProperty("betas");
        using var optimizer = new AdamWOptimizer(device, groups, new(betas[0].GetDouble(), betas[1].GetDouble(), settings.GetProperty("eps").GetDouble()));
        double worst = 0;
        for (int step = 1; step <= 20; step++)
        {
            if (settings.TryGetProperty("lr_per_step", out var rates)) rate = rates[step - 1].GetDouble();
            foreach (var parameter in parameters) SetGradient(device, parameter, problem[$"grad/step{step}/{parameter.Name}"].ToFloats());
            optimizer.Step([rate, rate], default);
            foreach (var parameter in parameters.Where(p => expected.Tensors.ContainsKey($"step{step}/{p.Name}")))
                worst = Math.Max(worst, Difference(expected[$"step{step}/{parameter.Name}"].ToFloats(), device.ToArray<float>(parameter.Value)));
        }
        foreach (var parameter in parameters) parameter.Dispose();
        return worst <= Tolerance ? Verdict.Pass(worst) : Verdict.Fail("parameters differ", worst);
    }

    private static Verdict Clipping(string folder, JsonElement item)
    {
        using var tensors = Safetensors.Open(Path.Combine(folder, "clipping.safetensors"));
        using var device = new CpuDevice();
        string prefix = $"case{item.GetProperty("case")}/in/";
        string[] names = [.. tensors.Tensors.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Tensor[] gradients = [.. names.Select(name => device.From(tensors[name].ToFloats(), new Shape(tensors[name].Count), Category.Gradients))];
        var limit = item.GetProperty("max_norm");
        using var result = GradNorm.Measure(device, gradients, limit.ValueKind == JsonValueKind.String ? double.PositiveInfinity : limit.GetDouble());
        double norm = item.GetProperty("returned_norm").GetDouble(), factor = device.ReadScalar(result.Factor);
        double worst = Math.Abs(device.ReadScalar(result.Norm) - norm) / norm;
        foreach (string name in names)
        {
            float[] before = tensors[name].ToFloats(), after = tensors[name.Replace("/in/", "/out/")].ToFloats();
            double largest = after.Max(Math.Abs);
            worst = Math.Max(worst, Difference(after, [.. before.Select(value => (float)(value * factor))]) / largest);
        }
        for (int i = 0; i < gradients.Length; i++) gradients[i].Dispose();
        return worst <= Tolerance ? Verdict.Pass(worst) : Verdict.Fail("norm or clipped gradients differ", worst);
    }

    internal static void SetGradient(CpuDevice device, Parameter parameter, float[] values)
    {
        parameter.ClearGradient();
        var target = parameter.GradientTarget(device, out _);
        device.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values), target);
    }

    internal static double Difference(float[] expected, float[] actual)
    {
        double worst = expected.Length == actual.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(expected.Length, actual.Length); i++) worst = Math.Max(worst, Math.Abs((double)expected[i] - actual[i]));
        return worst;
    }
}
