// dequantize on the CPU: rows through a small buffer, so that both types round once.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Kernels.Ops.Dequantize;

internal sealed class DequantizeCpu : IDequantizeKernel
{
    public void Dequantize(IDevice device, IStoredForm form, long firstRow, in Tensor y)
    {
        var kernel = new Lines(form, firstRow, new MatrixView(y), y.Columns);
        RowLoop.Run(CpuDevice.PoolOf(device), y.Rows, y.Columns, y.Type, ref kernel);
    }

    private readonly unsafe struct Lines(IStoredForm form, long firstRow, MatrixView y, long columns) : IRowKernel
    {
        private const int Width = 512;

        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            float* values = stackalloc float[Width];
            for (long row = start; row < end; row++)
                for (long column = 0; column < columns; column += Width)
                {
                    int count = (int)Math.Min(Width, columns - column), i = 0;
                    form.Decode(firstRow + row, 1, column, count, values, count);
                    for (; i + ILanes<TL>.Count <= count; i += ILanes<TL>.Count) TE.Store(TL.Load(values + i), y.Row(row), column + i);
                    if (i < count) Tail.Store<TL, TE>(Tail.Load<TL, ElementF32>((byte*)values, i, count - i), y.Row(row), column + i, count - i);
                }
        }
    }
}
