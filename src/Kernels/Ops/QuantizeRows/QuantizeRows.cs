// QuantizeRows · rows to signed bytes and their largest magnitude: LLM.int8's vector-wise form (arXiv 2208.07339). No gradient.
//   scale[r] = max |x[r]|      code[r,c] = round half to even (x[r,c] * (127 * (1 / scale[r])))
// x F32 [R,C], any row pitch; codes I8 [R,C]; scales F32 [R]. A row of zeros gets codes 0; a NaN makes its row's scale NaN and its codes 0.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.QuantizeRows;

internal interface IQuantizeRowsKernel
{
    void Quantize(IDevice device, in Tensor x, in Tensor codes, in Tensor scales);
}

public static class QuantizeRows
{
    internal static readonly KernelSet<IQuantizeRowsKernel> Kernels = new("quantize_rows", new QuantizeRowsCpu());

    public static void Run(IDevice device, in Tensor x, in Tensor codes, in Tensor scales)
    {
        if (x.Type != DType.F32 || codes.Type != DType.I8 || scales.Type != DType.F32 || !scales.IsContiguous)
            throw new ArgumentException($"[quantize_rows] x is {x.Type}, codes {codes.Type}, scales {scales.Type}: F32, I8 and F32 were expected");
        if (codes.Rows != x.Rows || codes.Columns != x.Columns || scales.Count != x.Rows)
            throw new ArgumentException($"[quantize_rows] x is {x.Shape}, codes {codes.Shape}, scales {scales.Shape}: the codes have x's shape, the scales one number a row");
        if (device.Launch("quantize_rows", 2.0 * x.Count, 5.0 * x.Count + 4.0 * x.Rows))
            Kernels.For(device).Quantize(device, x, codes, scales);
    }
}
