// Quantize8 · blocks of a flattened tensor to 8-bit codes of a dynamic map and their largest magnitude (arXiv 2110.02861). No gradient.
//   absmax[b] = max |x| over block b      code[i] = nearest value of the table to x[i] * (1 / absmax[b]); on the middle of two, the lower
// x F32 [n]; codes U8 [n]; absmax F32 [ceil(n / block)]; the last block may be short. fp32, exact. An empty block gets the code of 0.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Quantize8;

internal interface IQuantize8Kernel
{
    void Quantize(IDevice device, in Tensor x, in Tensor codes, in Tensor absmax, CodeTable table, int block);
}

public static class Quantize8
{
    internal static readonly KernelSet<IQuantize8Kernel> Kernels = new("quantize8", new Quantize8Cpu());

    /// <param name="table">256 values.</param>
    /// <param name="block">Values that share a scale.</param>
    public static void Run(IDevice device, in Tensor x, in Tensor codes, in Tensor absmax, CodeTable table, int block)
    {
        if (x.Type != DType.F32 || codes.Type != DType.U8 || absmax.Type != DType.F32 || !(x.IsContiguous && codes.IsContiguous && absmax.IsContiguous))
            throw new ArgumentException($"[quantize8] x is {x.Type}, codes {codes.Type}, absmax {absmax.Type}: F32, U8 and F32, each in one piece, were expected");
        if (block < 1 || table.Values.Length != 256)
            throw new ArgumentException($"[quantize8] blocks of {block} values and a table of {table.Values.Length}: 1 or more and 256 were expected");
        if (codes.Count != x.Count || absmax.Count != FourBitMatrix.BlockCount(x.Count, block))
            throw new ArgumentException($"[quantize8] {x.Count} values in blocks of {block} take as many codes and {FourBitMatrix.BlockCount(x.Count, block)} scales, {codes.Count} and {absmax.Count} were given");
        if (device.Launch("quantize8", 2.0 * x.Count, 5.0 * x.Count + 4.0 * absmax.Count))
            Kernels.For(device).Quantize(device, x, codes, absmax, table, block);
    }
}
