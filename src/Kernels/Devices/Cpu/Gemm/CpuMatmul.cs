// The CPU's matrix product: packed panels, register tiles, one fork to pack and one to multiply a pass.
using System.Diagnostics.CodeAnalysis;
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu;

/// <summary>
/// C = alpha op(A) op(B) + beta C + bias; see <see cref="MatmulArgs"/>. Each element is summed along k by FMA in order within blocks of 256,
/// and the blocks are added in order (a few rows times a transposed B: in sixteen lanes, see <see cref="FewRows"/>): the bits depend neither on the thread count nor on AVX2 or AVX-512. The blocking follows Goto and
/// van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (ACM TOMS 34, 2008).
/// </summary>
public static unsafe class CpuMatmul
{
    const double SerialFlops = 400_000; // below this a fork costs more than the second thread saves

    /// <summary>Runs the product on the process's vector path.</summary>
    /// <exception cref="ArgumentException">A size is negative, a pitch is shorter than its row, or a type is not supported.</exception>
    public static void Run(CpuPool pool, in MatmulArgs args) => Run(pool, args, Isa.Current);

    /// <summary>Bytes of packed panels that the product holds in all threads together; kept for the next one.</summary>
    public static long WorkspaceBytes(in MatmulArgs args)
    {
        if (FewRows.Fits(args)) return sizeof(float) * FewRows.WorkspaceFloats(args);
        bool scratch = args.CType != DType.F32;
        var plan = new GemmPlan(GemmKernel.For(Isa.Current, args), args.M, args.N, args.K, CpuPool.Shared.Threads, scratch);
        bool stored = args.A.Stored is not null || args.B.Stored is not null;
        long each = plan.PanelAFloats + (stored ? plan.DecodedFloats : 0) + (scratch ? plan.TileFloats : 0);
        return sizeof(float) * (plan.PanelBFloats + each * plan.Threads);
    }

    internal static void Run(CpuPool pool, in MatmulArgs args, IsaLevel level)
    {
        Check(args);
        if (FewRows.Fits(args))
        {
            FewRows.Run(pool, args, 2.0 * args.M * args.N * args.K < SerialFlops ? 1 : pool.Threads, level);
            return;
        }
        GemmKernel turned = GemmKernel.For(level, args with { N = args.M });
        if (ThinColumns.Fits(args, turned)) RunTurned(pool, args, turned);
        else Run(pool, args, GemmKernel.For(level, args));
    }

    /// <summary>Runs the product with a kernel of the caller's choice.</summary>
    internal static void Run(CpuPool pool, in MatmulArgs args, GemmKernel kernel)
    {
        if (args.M == 0 || args.N == 0) return;
        if (args.CType != DType.F32 && args.K / kernel.StepElements > GemmPlan.LongestPass) WideSums.Run(pool, args, kernel);
        else RunPanels(pool, args, kernel);
    }

    static void RunTurned(CpuPool pool, in MatmulArgs args, GemmKernel kernel)
    {
        float* result = GemmWorkspace.Current.PanelB((long)args.M * args.N); // free: the turned product packs no panel
        Run(pool, ThinColumns.Turned(args, result), kernel);
        ThinColumns.Store(args, result);
    }

    static void RunPanels(CpuPool pool, in MatmulArgs args, GemmKernel kernel)
    {
        int threads = 2.0 * args.M * args.N * args.K < SerialFlops ? 1 : pool.Threads;
        var plan = new GemmPlan(kernel, args.M, args.N, args.K, threads, args.CType != DType.F32);
        PackSource right = PackSource.OfB(args);
        bool inPlace = MultiplyTiles.ColumnsInPlace(args, right, plan);
        float* panel = inPlace ? null : GemmWorkspace.Current.PanelB(plan.PanelBFloats);
        var pack = new PackPanel { Source = right, Plan = plan, Panel = panel };
        var multiply = new MultiplyTiles { Args = args, A = PackSource.OfA(args), B = inPlace ? right : default, Plan = plan, Panel = panel };
        for (int column = 0; column < args.N; column += plan.PanelColumns)
        {
            pack.Column = multiply.Column = column;
            pack.Columns = multiply.Columns = Math.Min(plan.PanelColumns, args.N - column);
            int depth = 0;
            do
            {
                pack.Depth0 = multiply.Depth0 = depth;
                pack.Depth = multiply.Depth = Math.Min(plan.PassDepth, plan.Steps - depth);
                if (!inPlace) Fork(pool, threads, pack.Tasks, ref pack);
                Fork(pool, threads, multiply.Tasks, ref multiply);
                depth += plan.PassDepth;
            }
            while (depth < plan.Steps);
        }
    }

    static void Fork<TBody>(CpuPool pool, int threads, int tasks, ref TBody body) where TBody : struct, IPoolBody
    {
        if (threads > 1) pool.For(tasks, ref body);
        else
            for (int task = 0; task < tasks; task++) body.Run(task, 0);
    }

    static void Check(in MatmulArgs args)
    {
        if (args.M < 0 || args.N < 0 || args.K < 0) Fail($"sizes are M {args.M}, N {args.N}, K {args.K}: none may be negative");
        if (args.CType is not (DType.F32 or DType.BF16)) Fail($"the result has type {args.CType}: use F32 or BF16");
        if (args.CPitch < args.N) Fail($"the result's row pitch is {args.CPitch}, its rows have {args.N} columns: pass at least that");
        CheckOperand("A", args.A, args.M, args.K);
        CheckOperand("B", args.B, args.K, args.N);
    }

    static void CheckOperand(string name, in MatrixOperand operand, int rows, int columns)
    {
        if (operand.Stored is not null) return;
        int row = operand.Transposed ? rows : columns;
        if (operand.RowPitch < row) Fail($"{name}'s row pitch is {operand.RowPitch}, its stored rows have {row} elements: pass at least that");
        if (operand.Type is not (DType.F32 or DType.BF16 or DType.F16)) Fail($"{name} has type {operand.Type}: use F32, BF16 or F16");
    }

    [DoesNotReturn]
    static void Fail(string message) => throw new ArgumentException($"[matmul] {message}");
}
