// Quantize4 · blocks of a flattened matrix to 4-bit codes and their largest magnitude (golden/quant, "bnb"). No gradient.
//   absmax[b] = max |x| over block b      code[i] = nearest value of the table to x[i] * (1 / absmax[b]); on the middle of two, the lower
// x F32 [n]; codes U8 [ceil(n / 2)], first value in the high nibble, an odd end padded with a zero; absmax F32 [ceil(n / block)]. The short
// last block divides by absmax. All fp32, exact: the bytes are bitsandbytes'. An empty block (absmax 0) gets
// the code of 0; a NaN makes absmax NaN and every code that of 0.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Quantize4;

internal interface IQuantize4Kernel
{
    void Quantize(IDevice device, in Tensor x, in Tensor codes, in Tensor absmax, CodeTable table, int block);
}

public static class Quantize4
{
    internal static readonly KernelSet<IQuantize4Kernel> Kernels = new("quantize4", new Quantize4Cpu());

    /// <param name="table">16 values.</param>
    /// <param name="block">Values that share a scale; even.</param>
    public static void Run(IDevice device, in Tensor x, in Tensor codes, in Tensor absmax, CodeTable table, int block)
    {
        if (x.Type != DType.F32 || codes.Type != DType.U8 || absmax.Type != DType.F32 || !(x.IsContiguous && codes.IsContiguous && absmax.IsContiguous))
            throw new ArgumentException($"[quantize4] x is {x.Type}, codes {codes.Type}, absmax {absmax.Type}: F32, U8 and F32, each in one piece, were expected");
        if (block < 2 || block % 2 != 0 || table.Values.Length != 16)
            throw new ArgumentException($"[quantize4] blocks of {block} values and a table of {table.Values.Length}: an even block and 16 values were expected");
        if (codes.Count != (x.Count + 1) / 2 || absmax.Count != FourBitMatrix.BlockCount(x.Count, block))
            throw new ArgumentException($"[quantize4] {x.Count} values in blocks of {block} take {(x.Count + 1) / 2} bytes and {FourBitMatrix.BlockCount(x.Count, block)} scales, {codes.Count} and {absmax.Count} were given");
        if (device.Launch("quantize4", 2.0 * x.Count, 4.5 * x.Count + 4.0 * absmax.Count))
            Kernels.For(device).Quantize(device, x, codes, absmax, table, block);
    }
}
