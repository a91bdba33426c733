// Matmul · C[M,N] = alpha op(A) op(B) + beta C (+ bias[N] on every row). No gradient of its own: linears build theirs from it.
//   op(X) is X or its transpose; A, B, C: F32 or BF16 each (B also F16 or a stored form); fp32 sums, one rounding at the store.
//   beta 0: C is overwritten and not read. C overlaps neither operand. M, N or K may be 0.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Kernels.Ops.Matmul;

/// <summary>One side of a product: a tensor or a stored matrix, used as it is or transposed.</summary>
public readonly record struct Operand(Tensor Tensor, IStoredForm? Stored, bool Transposed)
{
    public static Operand Of(in Tensor tensor, bool transposed = false) => new(tensor, null, transposed);

    public static Operand Of(Weight weight, bool transposed = false) =>
        weight.Stored is { } stored ? new(default, stored, transposed) : Of(weight.Dense!.Value, transposed);

    private long StoredRows => Stored?.Rows ?? Tensor.Rows;
    private long StoredColumns => Stored?.Columns ?? Tensor.Columns;

    /// <summary>Rows of op(X).</summary>
    public long Rows => Transposed ? StoredColumns : StoredRows;

    /// <summary>Columns of op(X).</summary>
    public long Columns => Transposed ? StoredRows : StoredColumns;

    public double Bytes => Stored?.Bytes ?? (double)Tensor.Count * Tensor.Type.Size();
}

internal interface IMatmulKernel
{
    void Multiply(IDevice device, in Operand a, in Operand b, in Tensor c, float alpha, float beta, in Tensor bias);
}

public static class Matmul
{
    internal static readonly KernelSet<IMatmulKernel> Kernels = new("matmul", new MatmulCpu());

    public static void Run(
        IDevice device, in Operand a, in Operand b, in Tensor c, float alpha = 1, float beta = 0, Tensor bias = default)
    {
        if (a.Columns != b.Rows || a.Rows != c.Rows || b.Columns != c.Columns)
            throw new ArgumentException(
                $"[matmul] [{a.Rows}, {a.Columns}] times [{b.Rows}, {b.Columns}] into [{c.Rows}, {c.Columns}]: the inner extents"
                + " must agree and the result must have the outer ones");
        if (bias.Exists && bias.Count != c.Columns)
            throw new ArgumentException($"[matmul] bias has {bias.Count} elements, the result {c.Columns} columns");
        if (a.Rows == 0 || b.Columns == 0) return;
        double bytes = a.Bytes + b.Bytes + (beta == 0 ? 1.0 : 2.0) * c.Count * c.Type.Size();
        if (device.Launch("matmul", 2.0 * a.Rows * a.Columns * b.Columns, bytes))
            Kernels.For(device).Multiply(device, a, b, c, alpha, beta, bias);
    }
}
