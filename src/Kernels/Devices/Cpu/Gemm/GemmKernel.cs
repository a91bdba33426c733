// The list of register-tile kernels, and which one a product uses.
using FastTune.Kernels.Devices.Cpu.Assembled;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

/// <summary>
/// A kernel for one register tile: C[Rows, Columns] = alpha * A B (+ C if accumulate). Element (i, k) of A is a[i * row + k * aStep],
/// (k, j) of B is b[k * bStep + j], so packed slivers, rows and columns of a row-major matrix all serve in place.
/// Every kernel adds along the depth in order with FMA, so all of them give the same bits.
/// </summary>
readonly unsafe struct GemmKernel(
    int rows, int columns, delegate*<long, float*, long, long, float*, long, float*, long, float, bool, void> run, bool pairs = false)
{
    public readonly int Rows = rows, Columns = columns;

    /// <summary>True: a step of the depth is two elements of k, packed as a pair of bf16 in one 32-bit word; panels only, nothing in place.</summary>
    public readonly bool Pairs = pairs;

    /// <summary>Elements of k in one step of the depth.</summary>
    public int StepElements => Pairs ? 2 : 1;

    /// <summary>(depth, a, row, aStep, b, bStep, c, pitch of c, alpha, accumulate).</summary>
    public readonly delegate*<long, float*, long, long, float*, long, float*, long, float, bool, void> Run = run;

    /// <summary>Rows * Columns of the largest kernel.</summary>
    public const int LargestTile = 8 * 48;

    /// <summary>The kernel for a product: narrow for few columns (LoRA ranks would waste a wide tile), bf16 pairs where both sides are.</summary>
    public static GemmKernel For(IsaLevel level, in MatmulArgs args)
    {
        if (level == IsaLevel.Avx512Bf16 && TakesPairs(args)) return PairTiles.For(args.N);
        if (level >= IsaLevel.Avx512 && args.N > 32) return new(8, 48, &Kernel512.Run);
        return level >= IsaLevel.Avx2 ? new(6, 16, &Kernel256.Run) : new(4, 8, &Kernel128.Run);
    }

    /// <summary>Both operands are bf16 already, or one is and the other is a stored form, which is then rounded to its partner's type.</summary>
    public static bool TakesPairs(in MatmulArgs args) =>
        (IsBF16(args.A) || IsBF16(args.B)) && (args.A.Stored is not null || IsBF16(args.A)) && (args.B.Stored is not null || IsBF16(args.B));

    static bool IsBF16(in MatrixOperand operand) => operand.Stored is null && operand.Type == DType.BF16;

    /// <summary>The kernel for attention's tiles: its rows and columns divide 96.</summary>
    public static GemmKernel ForHeads(IsaLevel level) => level switch
    {
        >= IsaLevel.Avx512 => new(8, 32, &Kernel512Narrow.Run),
        IsaLevel.Avx2 => new(6, 16, &Kernel256.Run),
        _ => new(4, 8, &Kernel128.Run),
    };
}
