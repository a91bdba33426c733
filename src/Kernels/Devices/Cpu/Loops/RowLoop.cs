// Runs a row kernel over a matrix: picks the lane width and the element type once, splits the rows among the threads.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Loops;

/// <summary>Work on whole rows. A row's result may depend on that row alone, so the split does not show.</summary>
public interface IRowKernel
{
    void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement;
}

public static class RowLoop
{
    /// <summary>Elements a task should have at least: below that a fork costs more than it gains (about 10 us of work).</summary>
    private const long TaskElements = 16 * 1024;

    /// <summary>Runs <paramref name="kernel"/> over all rows of tensors stored as <paramref name="type"/> (F32 or BF16).</summary>
    public static void Run<TKernel>(CpuPool pool, long rows, long columns, DType type, ref TKernel kernel)
        where TKernel : struct, IRowKernel
    {
        if (rows == 0) return;
        long rowsPerTask = Math.Clamp(TaskElements / Math.Max(1, columns), 1, rows);
        RunTasks(pool, rows, rowsPerTask, type, ref kernel);
    }

    /// <summary>As above with a fixed number of rows a task: for kernels whose partial sums belong to a range of rows.</summary>
    public static void RunTasks<TKernel>(CpuPool pool, long rows, long rowsPerTask, DType type, ref TKernel kernel)
        where TKernel : struct, IRowKernel
    {
        if (rows == 0) return;
        var body = new Body<TKernel> { Kernel = kernel, Rows = rows, PerTask = rowsPerTask, Type = type };
        pool.For((int)((rows + rowsPerTask - 1) / rowsPerTask), ref body);
    }

    private struct Body<TKernel> : IPoolBody where TKernel : struct, IRowKernel
    {
        public TKernel Kernel;
        public long Rows, PerTask;
        public DType Type;

        public void Run(int task, int worker)
        {
            long start = task * PerTask, end = Math.Min(Rows, start + PerTask);
            if (Isa.Current >= IsaLevel.Avx512) Typed<Lanes512>(start, end);
            else Typed<Lanes256>(start, end);
        }

        private void Typed<TL>(long start, long end) where TL : struct, ILanes<TL>
        {
            switch (Type)
            {
                case DType.F32: Kernel.Rows<TL, ElementF32>(start, end); break;
                case DType.BF16: Kernel.Rows<TL, ElementBF16>(start, end); break;
                default: throw new NotSupportedException($"[cpu] row kernels store F32 or BF16, not {Type}");
            }
        }
    }
}
