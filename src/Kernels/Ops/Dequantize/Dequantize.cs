// Dequantize · a stored matrix widened: y = W. What exports and comparisons ask for; products never widen a matrix whole. No gradient.
// W [R,C] in any stored form; y [R,C] F32 (exact) or BF16 (one rounding), any row pitch.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Kernels.Ops.Dequantize;

internal interface IDequantizeKernel
{
    void Dequantize(IDevice device, IStoredForm form, long firstRow, in Tensor y);
}

public static class Dequantize
{
    internal static readonly KernelSet<IDequantizeKernel> Kernels = new("dequantize", new DequantizeCpu());

    /// <summary>Rows [firstRow, firstRow + y's rows) of the form into <paramref name="y"/>.</summary>
    public static void Run(IDevice device, IStoredForm form, in Tensor y, long firstRow = 0)
    {
        if (y.Type is not (DType.F32 or DType.BF16)) throw new ArgumentException($"[dequantize] y is {y.Type}: F32 or BF16 was expected");
        if (y.Columns != form.Columns || firstRow < 0 || firstRow > form.Rows - y.Rows)
            throw new ArgumentException($"[dequantize] rows {firstRow} to {firstRow + y.Rows} of [{form.Rows}, {form.Columns}] into {y.Shape}: they do not fit");
        double share = form.Rows == 0 ? 0 : (double)y.Rows / form.Rows;
        if (device.Launch("dequantize", y.Count, share * form.Bytes + (double)y.Count * y.Type.Size()))
            Kernels.For(device).Dequantize(device, form, firstRow, y);
    }
}
