// matmul on the CPU: hands the operands to the packed micro-kernels of Devices/Cpu/Gemm.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Matmul;

internal sealed unsafe class MatmulCpu : IMatmulKernel
{
    public void Multiply(IDevice device, in Operand a, in Operand b, in Tensor c, float alpha, float beta, in Tensor bias)
    {
        if (bias.Exists && bias.Type != DType.F32) throw new NotSupportedException($"[matmul] bias is {bias.Type}: the CPU adds F32");
        var args = new MatmulArgs
        {
            M = checked((int)a.Rows),
            N = checked((int)b.Columns),
            K = checked((int)a.Columns),
            A = View(a),
            B = View(b),
            C = c.Pointer,
            CType = c.Type,
            CPitch = c.RowPitch,
            Alpha = alpha,
            Beta = beta,
            Bias = bias.Exists ? (float*)bias.Pointer : null,
        };
        CpuMatmul.Run(CpuDevice.PoolOf(device), args);
    }

    private static MatrixOperand View(in Operand operand) => operand.Stored is { } stored
        ? new MatrixOperand { Stored = stored, Transposed = operand.Transposed }
        : new MatrixOperand
        {
            Data = operand.Tensor.Pointer,
            Type = operand.Tensor.Type,
            RowPitch = operand.Tensor.RowPitch,
            Transposed = operand.Transposed,
        };
}
