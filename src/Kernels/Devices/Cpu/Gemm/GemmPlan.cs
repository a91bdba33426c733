// How a product is cut: which blocks are packed, which tile of C is one task. The cut never changes a result:
// only DepthBlock decides the order of additions, and it is a constant.
namespace FastTune.Kernels.Devices.Cpu.Gemm;

readonly struct GemmPlan
{
    /// <summary>Steps summed in registers before they are added to C. 16 columns x 256 = 16 KB: half of an L1.</summary>
    public const int DepthBlock = 256;

    const int RowsPerTask = 144; // 144 x 256 floats = 144 KB: stays in a 512 KB L2 beside the sliver of B and the tile of C
    const long PanelFloats = 3L << 20; // 12 MB of packed B, shared: a fraction of the last-level cache
    /// <summary>The most steps that are packed at once.</summary>
    public const int LongestPass = 8192;

    const int ShortestPass = 512;

    const int WidestTile = 1024; // columns of a task that sums in scratch: 96 x 1024 floats

    public readonly GemmKernel Kernel;
    public readonly int M, N, Threads;
    /// <summary>Steps of the whole sum: K, or half of it where a step is a pair.</summary>
    public readonly int Steps;
    /// <summary>Columns of B packed at once, and how many steps at once.</summary>
    public readonly int PanelColumns, PassDepth;
    /// <summary>Size of a task's tile of C.</summary>
    public readonly int TaskRows, TaskColumns;

    public GemmPlan(GemmKernel kernel, int m, int n, int k, int threads, bool scratch)
    {
        Kernel = kernel;
        (M, N, Steps, Threads) = (m, n, CeilDiv(k, kernel.StepElements), threads);
        PassDepth = Math.Min(Steps, scratch ? LongestPass : DepthFor(n, Steps));
        int group = Kernel.Columns * Packing.DecodeSlivers;
        int widest = (int)Math.Min(n, Math.Max(PanelFloats / Math.Max(PassDepth, 1), 256));
        int panels = CeilDiv(n, widest);
        PanelColumns = (int)RoundUp(CeilDiv(n, panels), panels == 1 ? Kernel.Columns : group);
        int rowTasks = CeilDiv(m, RowsPerTask);
        if (rowTasks > 1 && rowTasks < 8 * threads) rowTasks = (int)RoundUp(rowTasks, threads);
        TaskRows = (int)RoundUp(CeilDiv(m, rowTasks), Kernel.Rows);
        rowTasks = CeilDiv(m, TaskRows);
        int slivers = PanelColumns / Kernel.Columns;
        int splits = rowTasks >= 2 * threads ? 1 : Math.Min(CeilDiv(2 * threads, rowTasks), slivers);
        if (threads == 1) splits = 1;
        if (scratch) splits = Math.Max(splits, CeilDiv(PanelColumns, WidestTile));
        TaskColumns = CeilDiv(slivers, splits) * Kernel.Columns;
    }

    // A is packed once for each panel, so a wide B is cut along its depth first. A tile summed in scratch cannot be: it needs its whole depth.
    static int DepthFor(int columns, int steps)
    {
        long depth = Math.Clamp(PanelFloats / Math.Max(columns, 1) / DepthBlock * DepthBlock, ShortestPass, LongestPass);
        return steps < 2 * depth ? LongestPass : (int)depth;
    }

    public int RowTasks => CeilDiv(M, TaskRows);

    public long PanelAFloats => (long)TaskRows * DepthBlock + 16;

    public long PanelBFloats => (long)PanelColumns * PassDepth + 16;

    public long DecodedFloats => (long)Packing.DecodeSlivers * Math.Max(Kernel.Columns, Kernel.Rows) * DepthBlock * Kernel.StepElements + 16;

    public long TileFloats => (long)TaskRows * TaskColumns;

    public static int CeilDiv(int value, int unit) => (int)(((long)value + unit - 1) / unit);

    public static long RoundUp(long value, int unit) => (value + unit - 1) / unit * unit;
}
