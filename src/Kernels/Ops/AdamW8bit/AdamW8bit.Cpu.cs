// adamw_8bit on the CPU: a block is decoded into L1, stepped sixteen lanes at a time and coded again.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Ops.AdamW;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Kernels.Ops.AdamW8bit;

internal sealed class AdamW8bitCpu : IAdamW8bitKernel
{
    private const long TaskBlocks = 64; // 16 K elements

    public void Update(IDevice device, in AdamW8bitWork work)
    {
        var kernel = new Blocks(work);
        RowLoop.RunTasks(CpuDevice.PoolOf(device), work.First.Absmax.Count, TaskBlocks, work.Parameter.Type, ref kernel);
    }

    private readonly unsafe struct Blocks(in AdamW8bitWork work) : IRowKernel
    {
        private readonly byte* _p = (byte*)work.Parameter.Pointer, _m = (byte*)work.First.Codes.Pointer, _v = (byte*)work.Second.Codes.Pointer;
        private readonly float* _g = (float*)work.Gradient.Pointer, _mScale = (float*)work.First.Absmax.Pointer, _vScale = (float*)work.Second.Absmax.Pointer;
        private readonly float _scale = work.Scale.Exists ? *(float*)work.Scale.Pointer : 1;
        private readonly long _count = work.Parameter.Count;
        private readonly AdamWScalars _s = work.Scalars;

        [SkipLocalsInit]
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            float* m = stackalloc float[BlockMoment.Block], v = stackalloc float[BlockMoment.Block];
            CodeTable signed = CodeTable.Signed8, unsigned = CodeTable.Unsigned8;
            for (long b = start; b < end; b++)
            {
                long first = b * BlockMoment.Block;
                int count = (int)Math.Min(BlockMoment.Block, _count - first);
                Block8.Decode(_m + first, count, _mScale[b], signed.Pointer, m);
                Block8.Decode(_v + first, count, _vScale[b], unsigned.Pointer, v);
                Step<TL, TE>(first, count, m, v);
                _mScale[b] = Block8.Encode<TL>(m, count, signed, _m + first);
                _vScale[b] = Block8.Encode<TL>(v, count, unsigned, _v + first);
            }
        }

        private void Step<TL, TE>(long first, int count, float* m, float* v) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            int i = 0;
            for (; i + ILanes<TL>.Count <= count; i += ILanes<TL>.Count)
            {
                TL p = TE.Load<TL>(_p, first + i), m1 = TL.Load(m + i), v1 = TL.Load(v + i);
                Step(ref p, TL.Load(_g + first + i), ref m1, ref v1);
                TE.Store(p, _p, first + i);
                TL.Store(m1, m + i);
                TL.Store(v1, v + i);
            }
            if (i == count) return;
            int rest = count - i; // the buffers have room for whole lanes; what lies past the end is never coded
            TL last = Tail.Load<TL, TE>(_p, first + i, rest), m2 = TL.Load(m + i), v2 = TL.Load(v + i);
            Step(ref last, Tail.Load<TL, ElementF32>((byte*)_g, first + i, rest), ref m2, ref v2);
            Tail.Store<TL, TE>(last, _p, first + i, rest);
            TL.Store(m2, m + i);
            TL.Store(v2, v + i);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Step<TL>(ref TL p, TL g, ref TL m, ref TL v) where TL : struct, ILanes<TL>
        {
            TL finite = TL.Greater(TL.Fill(float.PositiveInfinity), TL.Abs(g)), zero = TL.Fill(0);
            g *= TL.Fill(_scale);
            // Which of the two products is rounded decides codes that lie on an edge: torch rounds the decayed moment.
            TL m1 = TL.Fma(TL.Fill(_s.Gain1), g, TL.Fill(_s.Beta1) * m);
            TL v1 = TL.Fma(TL.Fill(_s.Gain2) * g, g, TL.Fill(_s.Beta2) * v);
            TL divisor = TL.Sqrt(v1) / TL.Fill(_s.RootCorrection) + TL.Fill(_s.Epsilon);
            p = TL.Select(finite, p * TL.Fill(_s.Decay) - TL.Fill(_s.StepSize) * m1 / divisor, p);
            m = TL.Select(finite, m1, zero);
            v = TL.Select(finite, v1, zero);
        }
    }
}
