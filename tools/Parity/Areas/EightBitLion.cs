// golden/quant/bnb/optim8, the part of Lion: the op itself over five steps; parameters to 1e-6.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.AdamW8bit;
using FastTune.Kernels.Ops.Lion8bit;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Parity;

internal static class EightBitLion
{
    public static Verdict Check(string path, string name, JsonElement hyper, int steps)
    {
        using var golden = Safetensors.Open(path);
        using var device = new CpuDevice();
        var shape = new Shape(golden["param0"].Count);
        using Tensor parameter = device.From(golden["param0"].ToFloats(), shape, Category.Weights);
        using Tensor codes = device.From(new byte[shape.Count], shape, DType.U8, Category.Optimizer);
        var blocks = new Shape(FourBitMatrix.BlockCount(shape.Count, BlockMoment.Block));
        using Tensor absmax = device.From(new float[blocks.Count], blocks, Category.Optimizer);
        var settings = new LionSettings(
            hyper.GetProperty("lr").GetDouble(), hyper.GetProperty("betas")[0].GetDouble(), hyper.GetProperty("betas")[1].GetDouble(),
            hyper.GetProperty("weight_decay").GetDouble());
        var deviations = new Deviations();
        for (int step = 1; step <= steps; step++)
        {
            using Tensor gradient = device.From(golden[$"grad{step}"].ToFloats(), shape, Category.Gradients);
            Lion8bit.Update(device, parameter, gradient, new BlockMoment(codes, absmax), settings);
            deviations.Compare($"step {step}", golden[$"{name}.step{step}.param"].ToFloats(), device.ToArray<float>(parameter), 1e-6);
            var states = new Dictionary<string, byte[]> { ["p/state1"] = device.ToArray<byte>(codes), ["p/absmax1"] = [.. System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(device.ToArray<float>(absmax))] };
            EightBitOptimizers.Compare(golden, $"{name}.step{step}.", states, "p", deviations);
        }
        return deviations.Verdict;
    }
}
