// Adds the rows of a matrix of partial sums in order: the second half of every reduction over rows.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Loops;

/// <summary>target[c] = beta target[c] + sum over rows of partials[row, c]; fp32, contiguous, rows in order.</summary>
public static unsafe class ColumnSum
{
    /// <summary>Columns a task sums: fixed, so that the split does not depend on the threads.</summary>
    private const int Width = 1024;

    public static void Run(CpuPool pool, in Tensor partials, in Tensor target, float beta)
    {
        var body = new Body
        {
            Partials = (float*)partials.Pointer,
            Target = (float*)target.Pointer,
            Rows = partials.Rows,
            Columns = partials.Columns,
            Beta = beta,
        };
        pool.For((int)((partials.Columns + Width - 1) / Width), ref body);
    }

    private struct Body : IPoolBody
    {
        public float* Partials, Target;
        public long Rows, Columns;
        public float Beta;

        public void Run(int task, int worker)
        {
            long start = (long)task * Width, end = Math.Min(Columns, start + Width);
            for (long column = start; column < end; column++) Target[column] = Beta == 0 ? 0 : Beta * Target[column];
            for (long row = 0; row < Rows; row++)
            {
                float* from = Partials + row * Columns;
                for (long column = start; column < end; column++) Target[column] += from[column];
            }
        }
    }
}
