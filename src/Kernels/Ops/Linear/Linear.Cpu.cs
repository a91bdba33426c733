// The bias gradient on the CPU: fixed groups of rows, added in order.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Linear;

internal sealed unsafe class LinearCpu : ILinearKernel
{
    /// <summary>Rows whose sum one task makes: fixed, so that the order of addition does not depend on the threads.</summary>
    private const long GroupRows = 64;

    public void BiasGradient(IDevice device, in Tensor dy, in Tensor db, float beta)
    {
        CpuPool pool = CpuDevice.PoolOf(device);
        long groups = Math.Max(1, (dy.Rows + GroupRows - 1) / GroupRows);
        using Tensor partials = device.Empty(new Shape(groups, dy.Columns), DType.F32, Category.Workspace);
        if (dy.Rows == 0) Accumulate.Accumulate.Fill(device, partials, 0);
        var kernel = new GroupSums(new MatrixView(dy), (float*)partials.Pointer, dy.Columns);
        RowLoop.RunTasks(pool, dy.Rows, GroupRows, dy.Type, ref kernel);
        ColumnSum.Run(pool, partials, db, beta);
    }

    private readonly struct GroupSums(MatrixView dy, float* partials, long columns) : IRowKernel
    {
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            byte* sums = (byte*)(partials + start / GroupRows * columns);
            new Span<byte>(sums, checked((int)columns * 4)).Clear();
            for (long row = start; row < end; row++)
            {
                byte* from = dy.Row(row);
                long i = 0;
                for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count)
                    ElementF32.Store(ElementF32.Load<TL>(sums, i) + TE.Load<TL>(from, i), sums, i);
                int rest = (int)(columns - i);
                if (rest > 0)
                    Tail.Store<TL, ElementF32>(Tail.Load<TL, ElementF32>(sums, i, rest) + Tail.Load<TL, TE>(from, i, rest), sums, i, rest);
            }
        }
    }
}
