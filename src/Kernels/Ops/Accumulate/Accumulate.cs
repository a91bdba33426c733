// Accumulate · the tape's own arithmetic: copy, sum of gradients, constant fill. No gradient of its own.
//   copy  y = x          x, y [R,C]; F32 or BF16 each: also the conversion between them (one rounding)
//   add   y = y + x      same shapes and types; fp32 sum, one rounding; y overwritten
//   fill  y = value
// Any row pitch.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Accumulate;

internal interface IAccumulateKernel
{
    void Copy(IDevice device, in Tensor source, in Tensor destination);
    void Add(IDevice device, in Tensor source, in Tensor destination);
    void Fill(IDevice device, in Tensor destination, float value);
}

public static class Accumulate
{
    internal static readonly KernelSet<IAccumulateKernel> Kernels = new("accumulate", new AccumulateCpu(), new AccumulateCuda(), new AccumulateIlgpu());

    /// <summary>Copies, converting between F32 and BF16 where the types differ.</summary>
    public static void Copy(IDevice device, in Tensor source, in Tensor destination)
    {
        Check(source, destination);
        if (device.Launch("accumulate", 0, Bytes(source) + Bytes(destination)))
            Kernels.For(device).Copy(device, source, destination);
    }

    public static void Add(IDevice device, in Tensor source, in Tensor destination)
    {
        Check(source, destination);
        if (source.Type != destination.Type)
            throw new ArgumentException($"[accumulate] cannot add {source.Type} to {destination.Type}: convert first");
        if (device.Launch("accumulate", source.Count, 3 * Bytes(source)))
            Kernels.For(device).Add(device, source, destination);
    }

    public static void Fill(IDevice device, in Tensor destination, float value)
    {
        if (device.Launch("accumulate", 0, Bytes(destination))) Kernels.For(device).Fill(device, destination, value);
    }

    private static double Bytes(in Tensor tensor) => (double)tensor.Count * tensor.Type.Size();

    private static void Check(in Tensor source, in Tensor destination)
    {
        if (source.Rows != destination.Rows || source.Columns != destination.Columns)
            throw new ArgumentException($"[accumulate] source has shape {source.Shape}, destination {destination.Shape}: they must match");
    }
}
