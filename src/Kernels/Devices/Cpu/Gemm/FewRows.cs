// A few rows times a matrix stored row by row (decoding a token): every weight is read once, in order, and nothing is packed.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

/// <summary>
/// C[M,N] = A[M,K] W^T for M up to 8. Four rows of W at a time pass by in chunks that stay in L1, widened or decoded there where they are not
/// fp32. Each element is a sum over sixteen lanes along k, folded at the end: the same bits for any thread count, AVX2 or AVX-512.
/// </summary>
static unsafe class FewRows
{
    public const int MostRows = 8;

    /// <summary>Rows of W that one task takes; a multiple of four.</summary>
    internal const int TaskColumns = 16;

    public static bool Fits(in MatmulArgs args) =>
        args.M is > 0 and <= MostRows && args.N > 0 && args.K > 0 && args.B.Transposed && !args.A.Transposed && args.A.Stored is null;

    /// <summary>Floats of the widened rows of A.</summary>
    public static long WorkspaceFloats(in MatmulArgs args) =>
        args.M * GemmPlan.RoundUp(args.K, ILanes<Lanes256>.Count) + Int8Activations.BytesFor(args.M, args.K) / sizeof(float) + 1;

    public static void Run(CpuPool pool, in MatmulArgs args, int threads, IsaLevel level)
    {
        var body = new Body { Args = args, Level = level, Pitch = (int)GemmPlan.RoundUp(args.K, ILanes<Lanes256>.Count) };
        body.X = GemmWorkspace.Current.PanelB(WorkspaceFloats(args)); // free: nothing is packed
        for (int row = 0; row < args.M; row++) Elements.Widen(args.A, row, 0, args.K, body.X + (long)row * body.Pitch);
        if (args.B.Stored is IDotRows { RoundsActivations: true } dots)
        {
            RoundedRows.Run(pool, args, dots, body.X, body.Pitch, threads);
            return;
        }
        int tasks = GemmPlan.CeilDiv(args.N, TaskColumns);
        if (threads > 1) pool.For(tasks, ref body);
        else
            for (int task = 0; task < tasks; task++) body.Run(task, 0);
    }

    struct Body : IPoolBody
    {
        public MatmulArgs Args;
        public float* X; // [M, Pitch], zeros past K
        public int Pitch;
        public IsaLevel Level;

        public readonly void Run(int task, int worker)
        {
            int end = Math.Min(Args.N, (task + 1) * TaskColumns);
            int start = task * TaskColumns;
            if (Args.M == 1 && Args.B.Stored is IRowDot { CanDot: true } form)
            {
                RowGroup.Dots(Args, form, X, start, end, Level);
                return;
            }
            for (int column = start; column < end; column += RowGroup.Rows)
                if (Level >= IsaLevel.Avx512) RowGroup.Multiply<Lanes512>(Args, X, Pitch, column, Math.Min(RowGroup.Rows, end - column));
                else RowGroup.Multiply<Lanes256>(Args, X, Pitch, column, Math.Min(RowGroup.Rows, end - column));
        }
    }
}
