// Copy, add and fill on the CPU: one pass over the rows, sixteen lanes at a time.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Accumulate;

internal sealed class AccumulateCpu : IAccumulateKernel
{
    public void Copy(IDevice device, in Tensor source, in Tensor destination)
    {
        var kernel = new CopyRows(new MatrixView(source), new MatrixView(destination), source.Columns, destination.Type);
        RowLoop.Run(CpuDevice.PoolOf(device), source.Rows, source.Columns, source.Type, ref kernel);
    }

    public void Add(IDevice device, in Tensor source, in Tensor destination)
    {
        var kernel = new AddRows(new MatrixView(source), new MatrixView(destination), source.Columns);
        RowLoop.Run(CpuDevice.PoolOf(device), source.Rows, source.Columns, source.Type, ref kernel);
    }

    public void Fill(IDevice device, in Tensor destination, float value)
    {
        var kernel = new FillRows(new MatrixView(destination), destination.Columns, value);
        RowLoop.Run(CpuDevice.PoolOf(device), destination.Rows, destination.Columns, destination.Type, ref kernel);
    }

    private readonly struct CopyRows(MatrixView source, MatrixView destination, long columns, DType to) : IRowKernel
    {
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
            {
                if (to == DType.F32) Row<TL, TE, ElementF32>(row);
                else Row<TL, TE, ElementBF16>(row);
            }
        }

        private unsafe void Row<TL, TFrom, TTo>(long row)
            where TL : struct, ILanes<TL> where TFrom : struct, IElement where TTo : struct, IElement
        {
            byte* from = source.Row(row), target = destination.Row(row);
            long i = 0;
            for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count) TTo.Store(TFrom.Load<TL>(from, i), target, i);
            if (i < columns) Tail.Store<TL, TTo>(Tail.Load<TL, TFrom>(from, i, (int)(columns - i)), target, i, (int)(columns - i));
        }
    }

    private readonly struct AddRows(MatrixView source, MatrixView destination, long columns) : IRowKernel
    {
        public unsafe void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
            {
                byte* from = source.Row(row), target = destination.Row(row);
                long i = 0;
                for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count)
                    TE.Store(TE.Load<TL>(target, i) + TE.Load<TL>(from, i), target, i);
                int rest = (int)(columns - i);
                if (rest == 0) continue;
                Tail.Store<TL, TE>(Tail.Load<TL, TE>(target, i, rest) + Tail.Load<TL, TE>(from, i, rest), target, i, rest);
            }
        }
    }

    private readonly struct FillRows(MatrixView destination, long columns, float value) : IRowKernel
    {
        public unsafe void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            TL lanes = TL.Fill(value);
            for (long row = start; row < end; row++)
            {
                byte* target = destination.Row(row);
                long i = 0;
                for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count) TE.Store(lanes, target, i);
                if (i < columns) Tail.Store<TL, TE>(lanes, target, i, (int)(columns - i));
            }
        }
    }
}
