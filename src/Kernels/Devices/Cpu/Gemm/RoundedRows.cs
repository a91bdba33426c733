// A few rows times a stored matrix, the rows rounded to int8 first: what llama.cpp does when it answers. Only where the matrix was loaded for it.
namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class RoundedRows
{
    /// <summary>C[M,N] of <paramref name="args"/> from the widened rows <paramref name="x"/> [M, pitch], behind which the rounded ones are put.</summary>
    public static void Run(CpuPool pool, in MatmulArgs args, IDotRows matrix, float* x, int pitch, int threads)
    {
        var rows = new Int8Activations(x + (long)args.M * pitch, args.M, args.K);
        for (int row = 0; row < args.M; row++) rows.Round(row, x + (long)row * pitch);
        var body = new Body { Args = args, Matrix = matrix, Rows = rows };
        int tasks = GemmPlan.CeilDiv(args.N, FewRows.TaskColumns);
        if (threads > 1) pool.For(tasks, ref body);
        else
            for (int task = 0; task < tasks; task++) body.Run(task, 0);
    }

    struct Body : IPoolBody
    {
        public MatmulArgs Args;
        public IDotRows Matrix;
        public Int8Activations Rows;

        public readonly void Run(int task, int worker)
        {
            int end = Math.Min(Args.N, (task + 1) * FewRows.TaskColumns);
            for (int column = task * FewRows.TaskColumns; column < end; column++)
                for (int row = 0; row < Args.M; row++) RowGroup.Store(Args, row, column, Matrix.Dot(column, Rows, row));
        }
    }
}
