// How the backward pass is cut: a job is one KV head of one sequence; its keys are cut into fixed ranges, one task each.
using FastTune.Kernels.Devices.Cpu.Gemm;

namespace FastTune.Kernels.Ops.Attention.Cpu;

/// <summary>
/// Each range sums its part of dQ into a slab of its own; slabs are then added in range order. The cut follows from the shapes alone,
/// so that the bits do not depend on the thread count.
/// </summary>
readonly unsafe struct BackwardPlan(in AttentionArgs args, HeadTiles tiles)
{
    public const int MostRanges = 8;
    public const int TilesPerRange = 2;
    public const long BatchFloats = 16L << 20; // 64 MB of slabs at once

    readonly AttentionArgs args = args;
    readonly HeadTiles tiles = tiles;

    public int Jobs => args.Sequences * args.KvHeads;

    public AttentionSpan Span(int job) => AttentionSpan.Of(args, job / args.KvHeads);

    public int Ranges(int job) =>
        Math.Clamp(GemmPlan.CeilDiv(Span(job).Keys, HeadTiles.KeyBlock * TilesPerRange), 1, MostRanges);

    /// <summary>Floats of one range's dQ: [queries * Group, Dim] and the overhang of the last register tile.</summary>
    public long SlabFloats(int job) => ((long)Span(job).Queries * args.Group + tiles.Kernel.Rows) * tiles.Dim;

    /// <summary>Past the last job that fits one batch of slabs beginning with <paramref name="job"/>; at least one job.</summary>
    public int BatchEnd(int job, out int tasks, out long floats)
    {
        tasks = 0;
        floats = 0;
        for (int first = job; job < Jobs; job++)
        {
            long more = Ranges(job) * SlabFloats(job);
            if (job > first && floats + more > BatchFloats) break;
            tasks += Ranges(job);
            floats += more;
        }
        return job;
    }

    /// <summary>The first key tile of a range: tiles are dealt so that ranges see about the same number of (query, tile) pairs.</summary>
    public int RangeStart(int job, int range)
    {
        var span = Span(job);
        int count = GemmPlan.CeilDiv(span.Keys, HeadTiles.KeyBlock), ranges = Ranges(job);
        long total = 0, before = 0;
        for (int tile = 0; tile < count; tile++) total += Work(span, tile);
        for (int tile = 0; tile < count; tile++)
        {
            if (before * ranges >= total * range) return tile;
            before += Work(span, tile);
        }
        return count;
    }

    static long Work(in AttentionSpan span, int tile) => 1 + Math.Max(
        0, span.EndQuery(Math.Min(span.Keys, (tile + 1) * HeadTiles.KeyBlock)) - span.FirstQuery(tile * HeadTiles.KeyBlock));
}
