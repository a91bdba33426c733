// cross_entropy on the CPU: per row a maximum, a sum of exponentials, and the gradient in place; fp32, sixteen fixed lanes.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.CrossEntropy;

internal sealed unsafe class CrossEntropyCpu : ICrossEntropyKernel
{
    public void Rows(IDevice device, in Tensor z, in Tensor labels, in Tensor losses, float weight, bool gradients)
    {
        var kernel = new SoftmaxRows(
            new MatrixView(z), (int*)labels.Pointer, (float*)losses.Pointer, z.Columns, weight, gradients);
        RowLoop.Run(CpuDevice.PoolOf(device), z.Rows, z.Columns, DType.F32, ref kernel);
    }

    public void Sum(IDevice device, in Tensor losses, in Tensor loss, float weight)
    {
        double sum = 0;
        foreach (float value in new ReadOnlySpan<float>(losses.Pointer, checked((int)losses.Count))) sum += value;
        *(float*)loss.Pointer = (float)(sum * weight);
    }

    private readonly struct SoftmaxRows(MatrixView z, int* labels, float* losses, long columns, float weight, bool gradients) : IRowKernel
    {
        public void Rows<TL, TE>(long start, long end) where TL : struct, ILanes<TL> where TE : struct, IElement
        {
            for (long row = start; row < end; row++)
            {
                float* logits = (float*)z.Row(row);
                float target = logits[labels[row]], max = Max<TL>(logits);
                float sum = gradients ? Exponentials<TL>(logits, max) : SumOfExponentials<TL>(logits, max);
                losses[row] = MathF.Log(sum) + (max - target);
                if (!gradients) continue;
                Scale<TL>(logits, weight / sum);
                logits[labels[row]] -= weight;
            }
        }

        private float Max<TL>(float* logits) where TL : struct, ILanes<TL>
        {
            TL max = TL.Fill(float.NegativeInfinity);
            long i = 0;
            for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count) max = TL.Max(max, TL.Load(logits + i));
            float result = TL.MaxOf(max);
            for (; i < columns; i++) result = MathF.Max(result, logits[i]);
            return result;
        }

        private float SumOfExponentials<TL>(float* logits, float max) where TL : struct, ILanes<TL>
        {
            TL sum = TL.Fill(0), shift = TL.Fill(max);
            long i = 0;
            for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count) sum += VectorMath.Exp(TL.Load(logits + i) - shift);
            int rest = (int)(columns - i);
            if (rest == 0) return TL.Sum(sum);
            float* padded = stackalloc float[16];
            new Span<float>(padded, 16).Fill(float.NegativeInfinity);
            for (int lane = 0; lane < rest; lane++) padded[lane] = logits[i + lane] - max;
            return TL.Sum(sum + VectorMath.Exp(TL.Load(padded)));
        }

        /// <summary>As <see cref="SumOfExponentials"/>, leaving each exponential in its logit's place: it is the costly part.</summary>
        private float Exponentials<TL>(float* logits, float max) where TL : struct, ILanes<TL>
        {
            TL sum = TL.Fill(0), shift = TL.Fill(max);
            long i = 0;
            for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count)
            {
                TL exponential = VectorMath.Exp(TL.Load(logits + i) - shift);
                TL.Store(exponential, logits + i);
                sum += exponential;
            }
            int rest = (int)(columns - i);
            if (rest == 0) return TL.Sum(sum);
            float* padded = stackalloc float[16];
            new Span<float>(padded, 16).Fill(float.NegativeInfinity);
            for (int lane = 0; lane < rest; lane++) padded[lane] = logits[i + lane] - max;
            TL last = VectorMath.Exp(TL.Load(padded));
            Tail.Store<TL, ElementF32>(last, (byte*)logits, i, rest);
            return TL.Sum(sum + last);
        }

        private void Scale<TL>(float* logits, float scale) where TL : struct, ILanes<TL>
        {
            TL factor = TL.Fill(scale);
            long i = 0;
            for (; i + ILanes<TL>.Count <= columns; i += ILanes<TL>.Count) TL.Store(TL.Load(logits + i) * factor, logits + i);
            for (; i < columns; i++) logits[i] *= scale;
        }
    }
}
