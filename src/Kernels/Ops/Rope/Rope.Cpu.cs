// rope on the CPU: halves sixteen pairs at a time, interleaved pairs one by one.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Rope;

internal sealed unsafe class RopeCpu : IRopeKernel
{
    public void Rotate(IDevice device, in Tensor x, in Tensor cos, in Tensor sin, int headSize, RopePairs pairs, float direction)
    {
        var kernel = new TurnRows(
            new MatrixView(x), new MatrixView(cos), new MatrixView(sin), x.Columns, cos.Columns, headSize, pairs, direction);
        RowLoop.Run(CpuDevice.PoolOf(device), x.Rows, x.Columns, x.Type, ref kernel);
    }

    private readonly struct TurnRows(
        MatrixView x, MatrixView cos, MatrixView sin, long columns, long half, int headSize, RopePairs pairs, float direction) : IRowKernel
    {
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
                for (long head = 0; head < columns; head += headSize)
                {
                    byte* first = x.Row(row) + head * TE.Size;
                    if (pairs == RopePairs.Halves) Halves<TL, TE>(first, first + half * TE.Size, cos.Row(row), sin.Row(row));
                    else Interleaved<TE>(first, (float*)cos.Row(row), (float*)sin.Row(row));
                }
        }

        private void Halves<TL, TE>(byte* first, byte* second, byte* c, byte* s) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            TL sign = TL.Fill(direction);
            long i = 0;
            for (; i + ILanes<TL>.Count <= half; i += ILanes<TL>.Count)
            {
                TL x0 = TE.Load<TL>(first, i), x1 = TE.Load<TL>(second, i);
                TL ci = ElementF32.Load<TL>(c, i), si = ElementF32.Load<TL>(s, i) * sign;
                TE.Store(x0 * ci - x1 * si, first, i);
                TE.Store(x1 * ci + x0 * si, second, i);
            }
            int rest = (int)(half - i);
            if (rest == 0) return;
            TL t0 = Tail.Load<TL, TE>(first, i, rest), t1 = Tail.Load<TL, TE>(second, i, rest);
            TL ct = Tail.Load<TL, ElementF32>(c, i, rest), st = Tail.Load<TL, ElementF32>(s, i, rest) * sign;
            Tail.Store<TL, TE>(t0 * ct - t1 * st, first, i, rest);
            Tail.Store<TL, TE>(t1 * ct + t0 * st, second, i, rest);
        }

        private void Interleaved<TE>(byte* head, float* c, float* s) where TE : struct, IElement
        {
            for (long i = 0; i < half; i++)
            {
                float x0 = Read<TE>(head, 2 * i), x1 = Read<TE>(head, 2 * i + 1), si = direction * s[i];
                Write<TE>(head, 2 * i, x0 * c[i] - x1 * si);
                Write<TE>(head, 2 * i + 1, x1 * c[i] + x0 * si);
            }
        }

        private static float Read<TE>(byte* row, long i) where TE : struct, IElement =>
            TE.Size == 4 ? ((float*)row)[i] : BFloat16Bits.Widen(((ushort*)row)[i]);

        private static void Write<TE>(byte* row, long i, float value) where TE : struct, IElement
        {
            if (TE.Size == 4) ((float*)row)[i] = value;
            else ((ushort*)row)[i] = BFloat16Bits.Round(value);
        }
    }
}
