// The list of register-tile kernels, and which one a product uses.
namespace FastTune.Kernels.Devices.Cpu.Gemm;

/// <summary>
/// A kernel for one register tile: C[Rows, Columns] = alpha * A B (+ C if accumulate). Element (i, k) of A is a[i * row + k * aStep],
/// (k, j) of B is b[k * bStep + j], so packed slivers, rows and columns of a row-major matrix all serve in place.
/// Every kernel adds along the depth in order with FMA, so all of them give the same bits.
/// </summary>
readonly unsafe struct GemmKernel(
    int rows, int columns, delegate*<long, float*, long, long, float*, long, float*, long, float, bool, void> run)
{
    public readonly int Rows = rows, Columns = columns;

    /// <summary>(depth, a, row, aStep, b, bStep, c, pitch of c, alpha, accumulate).</summary>
    public readonly delegate*<long, float*, long, long, float*, long, float*, long, float, bool, void> Run = run;

    /// <summary>Rows * Columns of the largest kernel.</summary>
    public const int LargestTile = 8 * 48;

    /// <summary>The kernel for a product with <paramref name="columns"/> columns: a narrow one (LoRA ranks) would waste a wide tile.</summary>
    public static GemmKernel For(IsaLevel level, int columns) => level switch
    {
        IsaLevel.Avx512 when columns > 32 => new(8, 48, &Kernel512.Run),
        IsaLevel.Avx512 or IsaLevel.Avx2 => new(6, 16, &Kernel256.Run),
        _ => new(4, 8, &Kernel128.Run),
    };

    /// <summary>The kernel for attention's tiles: its rows and columns divide 96.</summary>
    public static GemmKernel ForHeads(IsaLevel level) => level switch
    {
        IsaLevel.Avx512 => new(8, 32, &Kernel512Narrow.Run),
        IsaLevel.Avx2 => new(6, 16, &Kernel256.Run),
        _ => new(4, 8, &Kernel128.Run),
    };
}
