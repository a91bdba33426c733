// How a few queries over many keys are cut: a task is one KV head and one stretch of keys; the cut depends on the shapes alone.
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Ops.Attention;

namespace FastTune.Kernels.Ops.PagedAttention.Cpu;

readonly unsafe struct SplitPlan
{
    /// <summary>Keys of a task: eight pages.</summary>
    public const int Stretch = 8 * KeyValuePages.PageTokens;

    public readonly PagedWork Work;
    public readonly PageView Pages;
    public readonly AttentionSpan Span;

    /// <summary>Which sequence; where its queries begin; how many (query, head of a group) rows a task has.</summary>
    public readonly int Sequence, FirstQuery, Rows;

    public SplitPlan(in PagedWork work, int sequence)
    {
        (Work, Pages, Sequence) = (work, new PageView(work), sequence);
        int* starts = (int*)work.Map.Starts.Pointer;
        FirstQuery = starts[sequence];
        int queries = starts[sequence + 1] - FirstQuery;
        Span = new AttentionSpan(queries, ((int*)work.Map.Lengths.Pointer)[sequence], causal: true, work.Rule.Window);
        Rows = queries * Group;
    }

    public int Group => Work.Rule.Heads / Work.Rule.KeyValueHeads;

    /// <summary>The first stretch that any query sees.</summary>
    public int FirstStretch => Span.First(0) / Stretch;

    public int Stretches => GemmPlan.CeilDiv(Span.Keys, Stretch) - FirstStretch;

    public int Tasks => Stretches * Work.Rule.KeyValueHeads;

    /// <summary>Floats of a row's partial result: O [d padded to 16], the largest score, the sum of weights.</summary>
    public int RowFloats => (int)GemmPlan.RoundUp(Work.Rule.HeadSize, 16) + 16;

    /// <summary>Partial results, [tasks, rows]; a task is stretch * kv heads + head.</summary>
    public float* Workspace() => GemmWorkspace.Current.Slab((long)Tasks * Rows * RowFloats);

    public float* Partial(float* partials, int task, int row) => partials + ((long)task * Rows + row) * RowFloats;

    /// <summary>Offset in Q (or O) of a row of a KV head: query row / Group, head row % Group.</summary>
    public long Offset(int row, int kvHead, long pitch) =>
        (FirstQuery + row / Group) * pitch + ((long)kvHead * Group + row % Group) * Work.Rule.HeadSize;
}
