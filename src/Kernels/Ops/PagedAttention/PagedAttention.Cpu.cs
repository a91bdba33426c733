// paged_attention on the CPU: a few queries read the pages in place, split along the keys; a prompt gathers its rows and goes through the tiles.
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Ops.PagedAttention.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.PagedAttention;

internal sealed unsafe class PagedAttentionCpu : IPagedAttentionKernel
{
    private const int MostQueries = 8; // more rows are better off in register tiles

    public void Write(IDevice device, in Tensor k, in Tensor v, in PagedWork work)
    {
        var pages = new PageView(work);
        int* starts = (int*)work.Map.Starts.Pointer, lengths = (int*)work.Map.Lengths.Pointer;
        for (int sequence = 0; sequence < work.Map.Lengths.Count; sequence++)
            for (int row = starts[sequence]; row < starts[sequence + 1]; row++)
                for (int head = 0; head < work.Rule.KeyValueHeads; head++)
                {
                    int token = lengths[sequence] - starts[sequence + 1] + row;
                    Copy(k, row, head, pages.Row(work.Pages.Keys.Pointer, sequence, token, head), pages.RowBytes);
                    Copy(v, row, head, pages.Row(work.Pages.Values.Pointer, sequence, token, head), pages.RowBytes);
                }
    }

    public void Attend(IDevice device, in PagedWork work)
    {
        CpuPool pool = CpuDevice.PoolOf(device);
        int* starts = (int*)work.Map.Starts.Pointer;
        for (int sequence = 0; sequence < work.Map.Lengths.Count; sequence++)
        {
            int queries = starts[sequence + 1] - starts[sequence];
            if (queries == 0) continue;
            if (queries > MostQueries) Gathered(pool, work, sequence);
            else if (Isa.Current >= IsaLevel.Avx512) Split<Lanes512>(pool, work, sequence);
            else Split<Lanes256>(pool, work, sequence);
        }
    }

    private static void Copy(in Tensor rows, long row, int head, byte* to, long bytes) =>
        Buffer.MemoryCopy((byte*)rows.Pointer + row * rows.RowPitch * rows.Type.Size() + head * bytes, to, bytes, bytes);

    private static void Split<T>(CpuPool pool, in PagedWork work, int sequence) where T : struct, ILanes<T>
    {
        var plan = new SplitPlan(work, sequence);
        var parts = new SplitKeys<T> { Plan = plan, Partials = plan.Workspace() };
        pool.For(plan.Tasks, ref parts);
        SplitMerge<T>.Run(plan, parts.Partials);
    }

    // The sequence's rows side by side, for the time of the call: T x kv heads x d of each, beside a product of n T d.
    private static void Gathered(CpuPool pool, in PagedWork work, int sequence)
    {
        var pages = new PageView(work);
        int length = ((int*)work.Map.Lengths.Pointer)[sequence], first = ((int*)work.Map.Starts.Pointer)[sequence];
        int queries = ((int*)work.Map.Starts.Pointer)[sequence + 1] - first;
        long bytes = length * work.Rule.KeyValueHeads * pages.RowBytes, statistics = 4L * work.Rule.Heads * queries;
        int* ends = stackalloc int[4] { 0, queries, 0, length };
        byte* memory = (byte*)LargePages.Allocate(2 * bytes + statistics + 64);
        try
        {
            byte* keys = memory, values = memory + bytes, lse = values + bytes;
            for (int token = 0; token < length; token++)
                for (int head = 0; head < work.Rule.KeyValueHeads; head++)
                {
                    long at = ((long)token * work.Rule.KeyValueHeads + head) * pages.RowBytes;
                    Buffer.MemoryCopy(pages.Row(work.Pages.Keys.Pointer, sequence, token, head), keys + at, pages.RowBytes, pages.RowBytes);
                    Buffer.MemoryCopy(pages.Row(work.Pages.Values.Pointer, sequence, token, head), values + at, pages.RowBytes, pages.RowBytes);
                }
            CpuAttention.Forward(pool, Arguments(work, first, ends, keys, values, (float*)(((nint)lse + 63) & ~63)));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static AttentionArgs Arguments(in PagedWork work, int first, int* ends, byte* keys, byte* values, float* lse)
    {
        int size = work.Q.Type.Size();
        long columns = (long)work.Rule.KeyValueHeads * work.Rule.HeadSize;
        return new AttentionArgs
        {
            Q = (byte*)work.Q.Pointer + first * work.Q.RowPitch * size,
            O = (byte*)work.O.Pointer + first * work.O.RowPitch * size,
            K = keys,
            V = values,
            Type = work.Q.Type,
            QPitch = work.Q.RowPitch,
            OPitch = work.O.RowPitch,
            KPitch = columns,
            VPitch = columns,
            Lse = lse,
            Heads = work.Rule.Heads,
            KvHeads = work.Rule.KeyValueHeads,
            HeadDim = work.Rule.HeadSize,
            QueryStarts = ends,
            KeyStarts = ends + 2,
            Sequences = 1,
            Scale = work.Rule.Scale,
            Causal = true,
            Window = work.Rule.Window,
            Softcap = work.Rule.Softcap,
        };
    }
}
