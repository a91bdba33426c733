// One stretch of keys for all query rows of a KV head: scores, weights, and the weighted sum of values, as a partial result.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Ops.Attention.Cpu;

namespace FastTune.Kernels.Ops.PagedAttention.Cpu;

unsafe struct SplitKeys<T> : IPoolBody where T : struct, ILanes<T>
{
    public SplitPlan Plan;
    public float* Partials;

    public readonly void Run(int task, int worker)
    {
        int kvHead = task % Plan.Work.Rule.KeyValueHeads, key = (Plan.FirstStretch + task / Plan.Work.Rule.KeyValueHeads) * SplitPlan.Stretch;
        int keys = Math.Min(SplitPlan.Stretch, Plan.Span.Keys - key), dim = Plan.Work.Rule.HeadSize, padded = Plan.RowFloats - 16;
        float* memory = GemmWorkspace.Current.Heads((long)Plan.Rows * (padded + SplitPlan.Stretch) + (long)KeyValuePages.PageTokens * padded);
        float* queries = memory, scores = queries + (long)Plan.Rows * padded, page = scores + (long)Plan.Rows * SplitPlan.Stretch;
        for (int row = 0; row < Plan.Rows; row++)
        {
            Load(Plan.Work.Q.Pointer, Plan.Offset(row, kvHead, Plan.Work.Q.RowPitch), 1, queries + (long)row * padded, padded);
            float* partial = Plan.Partial(Partials, task, row);
            new Span<float>(partial, padded).Clear();
            (partial[padded], partial[padded + 1]) = (float.NegativeInfinity, 0);
        }
        for (int at = 0; at < keys; at += KeyValuePages.PageTokens)
        {
            int count = Math.Min(KeyValuePages.PageTokens, keys - at);
            Load(Plan.Pages.Row(Plan.Work.Pages.Keys.Pointer, Plan.Sequence, key + at, kvHead), 0, count, page, padded);
            for (int row = 0; row < Plan.Rows; row++)
                Scores(queries + (long)row * padded, page, count, padded, scores + (long)row * SplitPlan.Stretch + at);
        }
        for (int row = 0; row < Plan.Rows; row++) Weigh(task, row, scores, key, keys, dim);
        for (int at = 0; at < keys; at += KeyValuePages.PageTokens)
        {
            int count = Math.Min(KeyValuePages.PageTokens, keys - at);
            Load(Plan.Pages.Row(Plan.Work.Pages.Values.Pointer, Plan.Sequence, key + at, kvHead), 0, count, page, padded);
            for (int row = 0; row < Plan.Rows; row++) AddValues(task, row, scores, key, at, count, page, padded);
        }
    }

    // Rows widened to fp32, padded with zeros to whole vectors: a page is read once for all query rows.
    readonly void Load(void* data, long offset, int rows, float* to, int padded)
    {
        int dim = Plan.Work.Rule.HeadSize;
        for (int r = 0; r < rows; r++, to += padded)
        {
            HeadRows.Load(Plan.Work.Q.Type, data, offset + (long)r * dim, dim, to);
            for (int c = dim; c < padded; c++) to[c] = 0;
        }
    }

    readonly void Scores(float* query, float* page, int count, int padded, float* scores)
    {
        float scale = Plan.Work.Rule.Scale;
        int j = 0;
        for (; j + 4 <= count; j += 4)
        {
            float* k = page + (long)j * padded;
            T s0 = T.Fill(0), s1 = T.Fill(0), s2 = T.Fill(0), s3 = T.Fill(0);
            for (int c = 0; c < padded; c += 16)
            {
                T q = T.Load(query + c);
                s0 = T.Fma(q, T.Load(k + c), s0);
                s1 = T.Fma(q, T.Load(k + padded + c), s1);
                s2 = T.Fma(q, T.Load(k + 2 * padded + c), s2);
                s3 = T.Fma(q, T.Load(k + 3 * padded + c), s3);
            }
            (scores[j], scores[j + 1], scores[j + 2], scores[j + 3]) = (scale * T.Sum(s0), scale * T.Sum(s1), scale * T.Sum(s2), scale * T.Sum(s3));
        }
        for (; j < count; j++)
        {
            T sum = T.Fill(0);
            for (int c = 0; c < padded; c += 16) sum = T.Fma(T.Load(query + c), T.Load(page + (long)j * padded + c), sum);
            scores[j] = scale * T.Sum(sum);
        }
    }

    readonly (int First, int End) Seen(int row, int key, int keys)
    {
        int query = row / Plan.Group;
        int first = Math.Clamp(Plan.Span.First(query) - key, 0, keys);
        return (first, Math.Clamp(Plan.Span.End(query) - key, first, keys));
    }

    readonly void Weigh(int task, int row, float* scores, int key, int keys, int dim)
    {
        (int first, int end) = Seen(row, key, keys);
        if (end == first) return;
        float* partial = Plan.Partial(Partials, task, row);
        int padded = Plan.RowFloats - 16;
        ScoreRows<T>.Advance(
            scores + (long)row * SplitPlan.Stretch, first, end, Plan.Work.Rule.Softcap, ref partial[padded], ref partial[padded + 1], partial, dim);
    }

    readonly void AddValues(int task, int row, float* scores, int key, int at, int count, float* page, int padded)
    {
        (int first, int end) = Seen(row, key + at, count);
        float* weights = scores + (long)row * SplitPlan.Stretch + at, o = Plan.Partial(Partials, task, row);
        int j = first;
        for (; j + 4 <= end; j += 4)
        {
            float* v = page + (long)j * padded;
            T w0 = T.Fill(weights[j]), w1 = T.Fill(weights[j + 1]), w2 = T.Fill(weights[j + 2]), w3 = T.Fill(weights[j + 3]);
            for (int c = 0; c < padded; c += 16)
            {
                T sum = T.Fma(w0, T.Load(v + c), T.Load(o + c));
                sum = T.Fma(w1, T.Load(v + padded + c), sum);
                sum = T.Fma(w2, T.Load(v + 2 * padded + c), sum);
                T.Store(T.Fma(w3, T.Load(v + 3 * padded + c), sum), o + c);
            }
        }
        for (; j < end; j++)
        {
            T weight = T.Fill(weights[j]);
            for (int c = 0; c < padded; c += 16) T.Store(T.Fma(weight, T.Load(page + (long)j * padded + c), T.Load(o + c)), o + c);
        }
    }
}
