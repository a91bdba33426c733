// grad_norm on the CPU: a task a chunk, then one pass over the partial sums.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.GradNorm;

internal sealed unsafe class GradNormCpu : IGradNormKernel
{
    public void SumOfSquares(IDevice device, in Tensor gradient, in Tensor partials)
    {
        var kernel = new Chunks(gradient, partials);
        RowLoop.RunTasks(CpuDevice.PoolOf(device), partials.Rows, 1, DType.F32, ref kernel);
    }

    public void Finish(IDevice device, in Tensor partials, float limit, in Tensor norm, in Tensor factor)
    {
        double sum = 0;
        foreach (float partial in new ReadOnlySpan<float>(partials.Pointer, checked((int)partials.Count))) sum += partial;
        float size = (float)Math.Sqrt(sum);
        *(float*)norm.Pointer = size;
        *(float*)factor.Pointer = limit > 0 ? MathF.Min(1, limit / (size + 1e-6f)) : 1;
    }

    private readonly struct Chunks(in Tensor gradient, in Tensor partials) : IRowKernel
    {
        private readonly byte* _gradient = (byte*)gradient.Pointer;
        private readonly float* _partials = partials.Exists ? (float*)partials.Pointer : null;
        private readonly long _count = gradient.Count;

        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long chunk = start; chunk < end; chunk++)
                _partials[chunk] = Sum<TL, TE>(chunk * GradNorm.Chunk, Math.Min(_count, (chunk + 1) * GradNorm.Chunk));
        }

        // Four sums side by side: one would wait for its own addition at every step.
        private float Sum<TL, TE>(long i, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            TL a = TL.Fill(0), b = a, c = a, d = a;
            for (; i + 4 * ILanes<TL>.Count <= end; i += 4 * ILanes<TL>.Count)
            {
                a = AddSquare(a, TE.Load<TL>(_gradient, i));
                b = AddSquare(b, TE.Load<TL>(_gradient, i + ILanes<TL>.Count));
                c = AddSquare(c, TE.Load<TL>(_gradient, i + 2 * ILanes<TL>.Count));
                d = AddSquare(d, TE.Load<TL>(_gradient, i + 3 * ILanes<TL>.Count));
            }
            for (; i + ILanes<TL>.Count <= end; i += ILanes<TL>.Count) a = AddSquare(a, TE.Load<TL>(_gradient, i));
            if (i < end) b = AddSquare(b, Tail.Load<TL, TE>(_gradient, i, (int)(end - i)));
            return TL.Sum(a + b + (c + d));
        }

        private static TL AddSquare<TL>(TL sum, TL value) where TL : struct, ILanes<TL> => TL.Fma(value, value, sum);
    }
}
