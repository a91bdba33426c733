// dropout on the CPU: four columns a Philox call.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Dropout;

internal sealed unsafe class DropoutCpu : IDropoutKernel
{
    public void Mask(IDevice device, in Tensor x, in Tensor y, in DropoutKey key)
    {
        var kernel = new MaskRows(new MatrixView(x), new MatrixView(y), x.Columns, key);
        RowLoop.Run(CpuDevice.PoolOf(device), x.Rows, x.Columns, x.Type, ref kernel);
    }

    private readonly struct MaskRows(MatrixView x, MatrixView y, long columns, DropoutKey key) : IRowKernel
    {
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            float scale = 1 / (1 - key.Probability);
            for (long row = start; row < end; row++)
                for (long column = 0; column < columns; column += 4)
                {
                    var (a, b, c, d) = DropoutReference.Philox(key.Seed, key.Site, (ulong)(key.FirstRow + row), (uint)(column / 4));
                    One<TE>(row, column, a, scale);
                    One<TE>(row, column + 1, b, scale);
                    One<TE>(row, column + 2, c, scale);
                    One<TE>(row, column + 3, d, scale);
                }
        }

        private void One<TE>(long row, long column, uint word, float scale) where TE : struct, IElement
        {
            if (column >= columns) return;
            bool keeps = DropoutReference.Keeps(word, key.Probability);
            if (TE.Size == 4) ((float*)y.Row(row))[column] = keeps ? ((float*)x.Row(row))[column] * scale : 0;
            else
                ((ushort*)y.Row(row))[column] =
                    keeps ? BFloat16Bits.Round(BFloat16Bits.Widen(((ushort*)x.Row(row))[column]) * scale) : (ushort)0;
        }
    }
}
