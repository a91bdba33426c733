// Optimizers with 8-bit states against recorded trajectories: golden/training/optim (`adamw_8bit`) and golden/quant/bnb (`optim8`).
using System.Text.Json;
using FastTune.Formats;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Optim;

namespace FastTune.Parity;

internal static class EightBitOptimizers
{
    private const double Tolerance = 1e-5;

    /// <summary>training/optim: parameters to 1e-5 (README section 2); codes at most one away, block maxima alike.</summary>
    public static Verdict Trajectory(string folder, string name, JsonElement settings)
    {
        if (settings.GetProperty("quantiser").GetString() != "exact") return Verdict.Fail("the quantiser of that build is faulty by its README and is not supported");
        using var golden = Safetensors.Open(Path.Combine(folder, name + ".safetensors"));
        using var inputs = Safetensors.Open(Path.Combine(folder, File.Exists(Path.Combine(folder, "adamw_8bit.safetensors")) ? "adamw_8bit.safetensors" : name + ".safetensors"));
        using var device = new CpuDevice();
        Parameter[] parameters = [.. inputs.Tensors.Keys.Where(key => key.StartsWith("param/", StringComparison.Ordinal))
            .Select(key => new Parameter(key[6..], device.From(inputs[key].ToFloats(), new Shape(inputs[key].Count), Category.Weights), true))];
        using var optimizer = new AdamWOptimizer(device, [new OptimizerGroup(parameters, settings.GetProperty("weight_decay").GetDouble())], Options(settings));
        var deviations = new Deviations();
        for (int step = 1; inputs.Tensors.ContainsKey($"grad/step{step}/{parameters[0].Name}"); step++)
        {
            foreach (Parameter parameter in parameters) Optimizers.SetGradient(device, parameter, inputs[$"grad/step{step}/{parameter.Name}"].ToFloats());
            optimizer.Step([settings.GetProperty("lr").GetDouble()], default);
            foreach (Parameter parameter in parameters)
                if (golden.Tensors.TryGetValue($"step{step}/{parameter.Name}", out var expected))
                    deviations.Compare(expected.Name, expected.ToFloats(), device.ToArray<float>(parameter.Value), Tolerance);
            var states = Read(optimizer);
            foreach (Parameter parameter in parameters)
                Compare(golden, $"state/step{step}/{parameter.Name}/", states, parameter.Name, deviations);
        }
        foreach (Parameter parameter in parameters) parameter.Dispose();
        return deviations.Verdict;
    }

    /// <summary>quant/bnb/optim8: one parameter over five steps; parameters to 1e-6.</summary>
    public static IEnumerable<Case> FindOptim8(string path)
    {
        string list = Path.Combine(path, "optim8.json"), tensors = Path.Combine(path, "optim8.safetensors");
        if (!File.Exists(list) || !File.Exists(tensors)) yield break;
        using var document = JsonDocument.Parse(File.ReadAllBytes(list));
        JsonElement settings = document.RootElement.Clone();
        foreach (var hyper in settings.GetProperty("hyper").EnumerateObject())
            yield return new Case($"optim8/{hyper.Name}", () => Optim8(tensors, hyper.Name, hyper.Value, settings.GetProperty("steps").GetInt32()));
    }

    private static Verdict Optim8(string path, string name, JsonElement hyper, int steps)
    {
        if (name == "lion8bit") return EightBitLion.Check(path, name, hyper, steps);
        if (name != "adamw8bit") return Verdict.Fail($"optimizer {name} is not supported yet");
        using var golden = Safetensors.Open(path);
        using var device = new CpuDevice();
        using var parameter = new Parameter("p", device.From(golden["param0"].ToFloats(), new Shape(golden["param0"].Count), Category.Weights), true);
        using var optimizer = new AdamWOptimizer(device, [new OptimizerGroup([parameter], hyper.GetProperty("weight_decay").GetDouble())], Options(hyper));
        var deviations = new Deviations();
        for (int step = 1; step <= steps; step++)
        {
            Optimizers.SetGradient(device, parameter, golden[$"grad{step}"].ToFloats());
            optimizer.Step([hyper.GetProperty("lr").GetDouble()], default);
            deviations.Compare($"step {step}", golden[$"{name}.step{step}.param"].ToFloats(), device.ToArray<float>(parameter.Value), 1e-6);
            Compare(golden, $"{name}.step{step}.", Read(optimizer), parameter.Name, deviations);
        }
        return deviations.Verdict;
    }

    private static AdamWOptions Options(JsonElement hyper) => new(
        hyper.GetProperty("betas")[0].GetDouble(), hyper.GetProperty("betas")[1].GetDouble(), hyper.GetProperty("eps").GetDouble(), EightBit: true);

    /// <summary>Codes may differ by one where two map values are equally near; fp32 states and maxima are compared as numbers.</summary>
    internal static void Compare(TensorSet golden, string prefix, Dictionary<string, byte[]> states, string parameter, Deviations deviations)
    {
        foreach (string part in new[] { "state1", "state2", "absmax1", "absmax2" })
        {
            if (!golden.Tensors.TryGetValue(prefix + part, out StoredTensor? expected) || !states.TryGetValue($"{parameter}/{part}", out byte[]? got)) continue;
            if (expected.Type == StoredType.U8)
                deviations.Compare(expected.Name, Array.ConvertAll(expected.Bytes.ToArray(), code => (float)code), Array.ConvertAll(got, code => (float)code), 1);
            else if (expected.Count * 4 == got.Length)
                deviations.Compare(expected.Name, expected.ToFloats(), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(got), 1e-6 * Math.Max(1, expected.ToFloats().Max(Math.Abs)));
        }
    }

    private static Dictionary<string, byte[]> Read(AdamWOptimizer optimizer) => optimizer.Save().ToDictionary(source => source.Name, source =>
    {
        using var stream = new MemoryStream();
        source.Write(stream);
        return stream.ToArray();
    });
}
