// Joins the partial results of the stretches in their order: the bits do not depend on who computed which.
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Ops.Attention.Cpu;

namespace FastTune.Kernels.Ops.PagedAttention.Cpu;

static unsafe class SplitMerge<T> where T : struct, ILanes<T>
{
    public static void Run(in SplitPlan plan, float* partials)
    {
        float* o = stackalloc float[plan.RowFloats - 16];
        for (int kvHead = 0; kvHead < plan.Work.Rule.KeyValueHeads; kvHead++)
            for (int row = 0; row < plan.Rows; row++)
            {
                Row(plan, partials, kvHead, row, o);
                HeadRows.Store(
                    plan.Work.O.Type, o, plan.Work.Rule.HeadSize, plan.Work.O.Pointer, plan.Offset(row, kvHead, plan.Work.O.RowPitch));
            }
    }

    static void Row(in SplitPlan plan, float* partials, int kvHead, int row, float* o)
    {
        int heads = plan.Work.Rule.KeyValueHeads, dim = plan.RowFloats - 16;
        float max = float.NegativeInfinity, sum = 0;
        for (int task = kvHead; task < plan.Tasks; task += heads) max = MathF.Max(max, plan.Partial(partials, task, row)[dim]);
        new Span<float>(o, dim).Clear();
        if (float.IsNegativeInfinity(max)) return; // sees nothing
        for (int task = kvHead; task < plan.Tasks; task += heads)
        {
            float* part = plan.Partial(partials, task, row);
            if (float.IsNegativeInfinity(part[dim])) continue;
            float scale = ScoreRows<T>.Exp(part[dim] - max);
            sum += scale * part[dim + 1];
            for (int c = 0; c < dim; c++) o[c] += scale * part[c];
        }
        float inverse = 1 / sum;
        for (int c = 0; c < dim; c++) o[c] *= inverse;
    }
}
