// Dequantize8 · codes of a dynamic 8-bit map back to numbers. No gradient.
//   y[i] = table[code[i]] * absmax[i / block]
// codes U8 [n]; absmax F32 [ceil(n / block)]; y F32 [n]. One fp32 product: exact.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Dequantize8;

internal interface IDequantize8Kernel
{
    void Dequantize(IDevice device, in Tensor codes, in Tensor absmax, in Tensor y, CodeTable table, int block);
}

public static class Dequantize8
{
    internal static readonly KernelSet<IDequantize8Kernel> Kernels = new("dequantize8", new Dequantize8Cpu());

    /// <param name="table">256 values.</param>
    /// <param name="block">Values that share a scale.</param>
    public static void Run(IDevice device, in Tensor codes, in Tensor absmax, in Tensor y, CodeTable table, int block)
    {
        if (codes.Type != DType.U8 || absmax.Type != DType.F32 || y.Type != DType.F32 || !(y.IsContiguous && codes.IsContiguous && absmax.IsContiguous))
            throw new ArgumentException($"[dequantize8] codes are {codes.Type}, absmax {absmax.Type}, y {y.Type}: U8, F32 and F32, each in one piece, were expected");
        if (block < 1 || table.Values.Length != 256 || y.Count != codes.Count || absmax.Count != FourBitMatrix.BlockCount(y.Count, block))
            throw new ArgumentException($"[dequantize8] {codes.Count} codes of a table of {table.Values.Length}, {absmax.Count} scales of blocks of {block}, {y.Count} values: they do not fit together");
        if (device.Launch("dequantize8", y.Count, 5.0 * y.Count + 4.0 * absmax.Count))
            Kernels.For(device).Dequantize(device, codes, absmax, y, table, block);
    }
}
