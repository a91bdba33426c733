// embedding on the CPU: rows are copied in parallel; gradients are split by columns, so that each column adds its tokens in order.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Embedding;

internal sealed unsafe class EmbeddingCpu : IEmbeddingKernel
{
    /// <summary>Columns a task of the backward owns.</summary>
    private const int Stripe = 64;

    public void Forward(IDevice device, in Tensor ids, in Tensor table, in Tensor y, float scale)
    {
        var kernel = new Gather((int*)ids.Pointer, new MatrixView(table), table.Type, new MatrixView(y), y.Columns, scale);
        RowLoop.Run(CpuDevice.PoolOf(device), y.Rows, y.Columns, y.Type, ref kernel);
    }

    public void Backward(IDevice device, in Tensor ids, in Tensor dy, in Tensor dTable, float scale)
    {
        var body = new Scatter
        {
            Ids = (int*)ids.Pointer,
            Tokens = ids.Count,
            Gradient = new MatrixView(dy),
            Wide = dy.Type == DType.F32,
            Table = new MatrixView(dTable),
            Columns = dy.Columns,
            Scale = scale,
        };
        CpuDevice.PoolOf(device).For((int)((dy.Columns + Stripe - 1) / Stripe), ref body);
    }

    private readonly struct Gather(int* ids, MatrixView table, DType from, MatrixView y, long columns, float scale) : IRowKernel
    {
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
            {
                byte* source = table.Row(ids[row]), target = y.Row(row);
                long i = 0;
                for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count)
                    TE.Store(Widen<TL>(source, i) * TL.Fill(scale), target, i);
                for (; i < columns; i++) One<TE>(source, target, i);
            }
        }

        private TL Widen<TL>(byte* source, long i) where TL : struct, ILanes<TL> => from switch
        {
            DType.F32 => ElementF32.Load<TL>(source, i),
            DType.BF16 => ElementBF16.Load<TL>(source, i),
            _ => TL.LoadF16((ushort*)source + i),
        };

        private void One<TE>(byte* source, byte* target, long i) where TE : struct, IElement
        {
            float value = scale * from switch
            {
                DType.F32 => ((float*)source)[i],
                DType.BF16 => BFloat16Bits.Widen(((ushort*)source)[i]),
                _ => (float)((Half*)source)[i],
            };
            if (TE.Size == 4) ((float*)target)[i] = value;
            else ((ushort*)target)[i] = BFloat16Bits.Round(value);
        }
    }

    private struct Scatter : IPoolBody
    {
        public int* Ids;
        public long Tokens, Columns;
        public MatrixView Gradient, Table;
        public bool Wide;
        public float Scale;

        public void Run(int task, int worker)
        {
            long first = (long)task * Stripe, last = Math.Min(Columns, first + Stripe);
            for (long token = 0; token < Tokens; token++)
            {
                byte* from = Gradient.Row(token);
                float* target = (float*)Table.Row(Ids[token]);
                for (long i = first; i < last; i++)
                    target[i] += Scale * (Wide ? ((float*)from)[i] : BFloat16Bits.Widen(((ushort*)from)[i]));
            }
        }
    }
}
