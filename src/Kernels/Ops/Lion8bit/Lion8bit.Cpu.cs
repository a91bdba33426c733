// lion_8bit on the CPU: a block is decoded into L1, stepped sixteen lanes at a time and coded again.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Ops.AdamW8bit;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.Lion8bit;

internal sealed class Lion8bitCpu : ILion8bitKernel
{
    private const long TaskBlocks = 64; // 16 K elements

    public void Update(IDevice device, in Lion8bitWork work)
    {
        var kernel = new Blocks(work);
        RowLoop.RunTasks(CpuDevice.PoolOf(device), work.Moment.Absmax.Count, TaskBlocks, work.Parameter.Type, ref kernel);
    }

    private readonly unsafe struct Blocks(in Lion8bitWork work) : IRowKernel
    {
        private readonly byte* _p = (byte*)work.Parameter.Pointer, _m = (byte*)work.Moment.Codes.Pointer;
        private readonly float* _g = (float*)work.Gradient.Pointer, _absmax = (float*)work.Moment.Absmax.Pointer;
        private readonly float _scale = work.Scale.Exists ? *(float*)work.Scale.Pointer : 1;
        private readonly long _count = work.Parameter.Count;
        private readonly float _decay = (float)(1 - work.Settings.Rate * work.Settings.WeightDecay), _rate = (float)work.Settings.Rate;
        private readonly float _beta1 = (float)work.Settings.Beta1, _gain1 = (float)(1 - work.Settings.Beta1);
        private readonly float _beta2 = (float)work.Settings.Beta2, _gain2 = (float)(1 - work.Settings.Beta2);

        [SkipLocalsInit]
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            float* m = stackalloc float[BlockMoment.Block];
            CodeTable table = CodeTable.Signed8;
            for (long b = start; b < end; b++)
            {
                long first = b * BlockMoment.Block;
                int count = (int)Math.Min(BlockMoment.Block, _count - first);
                Block8.Decode(_m + first, count, _absmax[b], table.Pointer, m);
                for (int i = 0; i < count; i += ILanes<TL>.Count) Step<TL, TE>(first + i, Math.Min(ILanes<TL>.Count, count - i), m + i);
                _absmax[b] = Block8.Encode<TL>(m, count, table, _m + first);
            }
        }

        // The buffer has room for whole lanes; what lies past the end is never coded.
        private void Step<TL, TE>(long at, int count, float* m) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            bool whole = count == ILanes<TL>.Count;
            TL p = whole ? TE.Load<TL>(_p, at) : Tail.Load<TL, TE>(_p, at, count), moment = TL.Load(m);
            TL g = whole ? TL.Load(_g + at) : Tail.Load<TL, ElementF32>((byte*)_g, at, count);
            TL zero = TL.Fill(0), finite = TL.Greater(TL.Fill(float.PositiveInfinity), TL.Abs(g));
            g *= TL.Fill(_scale);
            TL direction = TL.Fma(TL.Fill(_gain1), g, TL.Fill(_beta1) * moment);
            TL sign = TL.Select(TL.Greater(direction, zero), TL.Fill(1), TL.Select(TL.Greater(zero, direction), TL.Fill(-1), zero));
            p = TL.Select(finite, p * TL.Fill(_decay) - TL.Fill(_rate) * sign, p);
            TL.Store(TL.Select(finite, TL.Fma(TL.Fill(_gain2), g, TL.Fill(_beta2) * moment), zero), m);
            if (whole) TE.Store(p, _p, at);
            else Tail.Store<TL, TE>(p, _p, at, count);
        }
    }
}
