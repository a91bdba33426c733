// What a matrix product is told: two operands as they are stored, and where and how the result goes.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu;

/// <summary>A matrix in a stored form (quantised, compressed) that can widen a rectangle of itself to fp32.</summary>
public unsafe interface IStoredMatrix
{
    /// <summary>
    /// Writes rows [row, row + rows) and columns [col, col + cols) of the stored matrix to <paramref name="destination"/>,
    /// row-major, <paramref name="pitch"/> floats between rows. Called per packed tile, from several threads at once.
    /// </summary>
    void Decode(long row, int rows, long col, int cols, float* destination, long pitch);
}

/// <summary>A stored matrix that multiplies one of its rows with a vector without widening it first: the fastest way to decode a token.</summary>
public unsafe interface IRowDot : IStoredMatrix
{
    /// <summary>True when every row can be multiplied so.</summary>
    bool CanDot { get; }

    /// <summary>Writes sixteen partial sums of row times <paramref name="x"/> (as long as a row), lane i those of columns i, i + 16, …; the
    /// same bits on every level.</summary>
    void Dot(long row, float* x, float* sums, IsaLevel level);
}

/// <summary>
/// The logical operand op(X). <see cref="Data"/> is row-major with <see cref="RowPitch"/> elements between rows;
/// <see cref="Transposed"/> means that the stored matrix has the logical columns as rows. F32, BF16 or F16.
/// </summary>
public unsafe struct MatrixOperand
{
    public void* Data;
    public DType Type;
    public long RowPitch;
    public bool Transposed;

    /// <summary>If set, the matrix is read from here; Data, Type and RowPitch are not used.</summary>
    public IStoredMatrix? Stored;
}

/// <summary>C[M,N] = Alpha * A[M,K] B[K,N] + Beta * C + Bias. Sums in fp32, one rounding at the store.</summary>
public unsafe struct MatmulArgs()
{
    public int M, N, K;
    public MatrixOperand A, B;

    /// <summary>[M, N], row-major, F32 or BF16; overlaps neither operand.</summary>
    public void* C;
    public DType CType = DType.F32;
    public long CPitch;
    public float Alpha = 1;

    /// <summary>0: C is overwritten and not read.</summary>
    public float Beta;

    /// <summary>[N], added to each row; or null.</summary>
    public float* Bias;
}
