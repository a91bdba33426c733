// adamw on the CPU: one pass over fixed chunks of the flattened tensors, sixteen lanes at a time.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.AdamW;

internal sealed class AdamWCpu : IAdamWKernel
{
    /// <summary>Elements of a task: 7 streams of 64 KiB, so that a fork costs little beside it.</summary>
    private const long Chunk = 16 * 1024;

    public void Update(IDevice device, in AdamWWork work)
    {
        var kernel = new Chunks(work);
        RowLoop.RunTasks(CpuDevice.PoolOf(device), (work.Parameter.Count + Chunk - 1) / Chunk, 1, work.Parameter.Type, ref kernel);
    }

    private readonly unsafe struct Chunks(in AdamWWork work) : IRowKernel
    {
        private readonly byte* _p = (byte*)work.Parameter.Pointer, _g = (byte*)work.Gradient.Pointer, _m = (byte*)work.First.Pointer, _v = (byte*)work.Second.Pointer;
        private readonly float _scale = work.Scale.Exists ? *(float*)work.Scale.Pointer : 1;
        private readonly long _count = work.Parameter.Count;
        private readonly DType _moments = work.First.Type;
        private readonly AdamWScalars _s = work.Scalars;

        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            long first = start * Chunk, last = Math.Min(_count, end * Chunk);
            if (_moments == DType.F32) Range<TL, TE, ElementF32>(first, last);
            else Range<TL, TE, ElementBF16>(first, last);
        }

        private void Range<TL, TP, TM>(long start, long end) where TL : struct, ILanes<TL> where TP : struct, IElement where TM : struct, IElement
        {
            long i = start;
            for (; i + ILanes<TL>.Count <= end; i += ILanes<TL>.Count)
            {
                TL p = TP.Load<TL>(_p, i), m = TM.Load<TL>(_m, i), v = TM.Load<TL>(_v, i);
                Step(ref p, ElementF32.Load<TL>(_g, i), ref m, ref v);
                TP.Store(p, _p, i);
                TM.Store(m, _m, i);
                TM.Store(v, _v, i);
            }
            if (i < end) Rest<TL, TP, TM>(i, (int)(end - i));
        }

        private void Rest<TL, TP, TM>(long i, int count) where TL : struct, ILanes<TL> where TP : struct, IElement where TM : struct, IElement
        {
            TL p = Tail.Load<TL, TP>(_p, i, count), m = Tail.Load<TL, TM>(_m, i, count), v = Tail.Load<TL, TM>(_v, i, count);
            Step(ref p, Tail.Load<TL, ElementF32>(_g, i, count), ref m, ref v);
            Tail.Store<TL, TP>(p, _p, i, count);
            Tail.Store<TL, TM>(m, _m, i, count);
            Tail.Store<TL, TM>(v, _v, i, count);
        }

        private void Step<TL>(ref TL p, TL g, ref TL m, ref TL v) where TL : struct, ILanes<TL>
        {
            g *= TL.Fill(_scale);
            m = TL.Fma(TL.Fill(_s.Beta1), m, TL.Fill(_s.Gain1) * g);
            v = TL.Fma(TL.Fill(_s.Beta2), v, TL.Fill(_s.Gain2) * g * g);
            TL divisor = TL.Sqrt(v) / TL.Fill(_s.RootCorrection) + TL.Fill(_s.Epsilon);
            p = p * TL.Fill(_s.Decay) - TL.Fill(_s.StepSize) * m / divisor;
        }
    }
}
