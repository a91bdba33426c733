// Flash attention backward: one task is one range of key tiles of one KV head. It owns their dK and dV and sums its part of dQ.
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Ops.Attention.Cpu;

/// <summary>Five products a tile: S = Q K^T, dP = dO V^T, dV += P^T dO, dK += dS^T Q, dQ += dS K.</summary>
unsafe struct BackwardTiles<T> : IPoolBody where T : struct, ILanes<T>
{
    public AttentionGradArgs Args;
    public HeadTiles Tiles;
    public BackwardPlan Plan;
    public float* Delta, Slabs;
    public int FirstJob;

    public readonly void Run(int task, int worker)
    {
        int job = FirstJob, range = task;
        float* slab = Slabs;
        for (; range >= Plan.Ranges(job); job++)
        {
            range -= Plan.Ranges(job);
            slab += Plan.Ranges(job) * Plan.SlabFloats(job);
        }
        long floats = Plan.SlabFloats(job);
        slab += range * floats;
        NativeMemory.Clear(slab, (nuint)(floats * sizeof(float)));
        var block = new Block(Tiles, slab, job / Args.Forward.KvHeads, job % Args.Forward.KvHeads, Plan.Span(job));
        int last = Plan.RangeStart(job, range + 1);
        for (int tile = Plan.RangeStart(job, range); tile < last; tile++) Keys(block, tile * HeadTiles.KeyBlock);
    }

    readonly struct Block
    {
        public readonly float* Q, DO, S, DP, PackedK, PackedV, K, DK, DV, Slab;
        public readonly AttentionSpan Span;
        public readonly int Sequence, KvHead;

        public Block(in HeadTiles tiles, float* slab, int sequence, int kvHead, AttentionSpan span)
        {
            Q = GemmWorkspace.Current.Heads(2 * tiles.RowFloats + 2 * tiles.ScoreFloats + 5 * tiles.KeyFloats);
            DO = Q + tiles.RowFloats;
            S = DO + tiles.RowFloats;
            DP = S + tiles.ScoreFloats;
            PackedK = DP + tiles.ScoreFloats;
            PackedV = PackedK + tiles.KeyFloats;
            K = PackedV + tiles.KeyFloats;
            DK = K + tiles.KeyFloats;
            DV = DK + tiles.KeyFloats;
            Slab = slab;
            (Sequence, KvHead, Span) = (sequence, kvHead, span);
        }
    }

    readonly void Keys(in Block block, int key)
    {
        ref readonly AttentionArgs forward = ref Args.Forward;
        int keys = Math.Min(HeadTiles.KeyBlock, block.Span.Keys - key);
        long token = forward.KeyStarts[block.Sequence] + key;
        Tiles.PackKeys(forward, forward.K, forward.KPitch, token, keys, block.KvHead, block.PackedK);
        Tiles.PackKeys(forward, forward.V, forward.VPitch, token, keys, block.KvHead, block.PackedV);
        Tiles.LoadKeys(forward, forward.K, forward.KPitch, token, keys, block.KvHead, block.K);
        new Span<float>(block.DK, (int)(2 * Tiles.KeyFloats)).Clear();
        int first = block.Span.FirstQuery(key) / Tiles.QueryBlock * Tiles.QueryBlock, end = block.Span.EndQuery(key + keys);
        for (int query = first; query < end; query += Tiles.QueryBlock) Queries(block, query, key, keys);
        for (int j = 0; j < keys; j++)
        {
            long column = (long)block.KvHead * forward.HeadDim;
            HeadRows.Store(forward.Type, block.DK + (long)j * Tiles.Pitch, forward.HeadDim, Args.DK, (token + j) * Args.DKPitch + column);
            HeadRows.Store(forward.Type, block.DV + (long)j * Tiles.Pitch, forward.HeadDim, Args.DV, (token + j) * Args.DVPitch + column);
        }
    }

    readonly void Queries(in Block block, int query, int key, int keys)
    {
        ref readonly AttentionArgs forward = ref Args.Forward;
        var kernel = Tiles.Kernel;
        int queries = Math.Min(Tiles.QueryBlock, block.Span.Queries - query), rows = queries * forward.Group;
        long token = forward.QueryStarts[block.Sequence] + query;
        Tiles.LoadQueries(forward, forward.Q, forward.QPitch, token, queries, block.KvHead, block.Q);
        Tiles.LoadQueries(forward, Args.DO, Args.DOPitch, token, queries, block.KvHead, block.DO);
        int padded = (int)GemmPlan.RoundUp(rows, kernel.Rows), width = (int)GemmPlan.RoundUp(keys, kernel.Columns);
        for (int group = 0; group < padded; group += HeadTiles.RowGroup)
        {
            int end = Math.Min(group + HeadTiles.RowGroup, padded);
            Product(block.Q, block.PackedK, block.S, group, end, width, forward.Scale);
            Product(block.DO, block.PackedV, block.DP, group, end, width, 1);
            for (int r = group; r < end; r++) Row(block, r, rows, query, key, keys, width, token);
            QueryGradient(block, group, end, query, keys);
        }
        for (int group = 0; group < keys; group += HeadTiles.RowGroup)
            KeyGradients(block, group, Math.Min(group + HeadTiles.RowGroup, keys), rows);
    }

    // Loops of all products: what several register tiles share stays in L1 while they pass by. Register tiles of keys overhang into
    // columns of P and dS that are zero, and into rows of dK and dV that are not stored.
    readonly void KeyGradients(in Block block, int from, int to, int rows)
    {
        var kernel = Tiles.Kernel;
        for (int c = 0; c < Tiles.Dim; c += kernel.Columns)
        {
            for (int j = from; j < to; j += kernel.Rows)
                kernel.Run(rows, block.S + j, 1, HeadTiles.ScorePitch, block.DO + c, Tiles.Pitch, block.DV + (long)j * Tiles.Pitch + c, Tiles.Pitch, 1, true);
            for (int j = from; j < to; j += kernel.Rows)
                kernel.Run(rows, block.DP + j, 1, HeadTiles.ScorePitch, block.Q + c, Tiles.Pitch, block.DK + (long)j * Tiles.Pitch + c, Tiles.Pitch, 1, true);
        }
    }

    readonly void QueryGradient(in Block block, int from, int to, int query, int keys)
    {
        var kernel = Tiles.Kernel;
        for (int c = 0; c < Tiles.Dim; c += kernel.Columns)
            for (int row = from; row < to; row += kernel.Rows)
                kernel.Run(
                    keys, block.DP + (long)row * HeadTiles.ScorePitch, HeadTiles.ScorePitch, 1, block.K + c, Tiles.Pitch,
                    block.Slab + ((long)query * Args.Forward.Group + row) * Tiles.Dim + c, Tiles.Dim, 1, true);
    }

    readonly void Product(float* rows, float* packed, float* result, int from, int to, int width, float scale)
    {
        var kernel = Tiles.Kernel;
        int dim = Args.Forward.HeadDim;
        for (int j = 0; j < width; j += kernel.Columns)
            for (int row = from; row < to; row += kernel.Rows)
                kernel.Run(
                    dim, rows + (long)row * Tiles.Pitch, Tiles.Pitch, 1, packed + (long)j * dim, kernel.Columns,
                    result + (long)row * HeadTiles.ScorePitch + j, HeadTiles.ScorePitch, scale, false);
    }

    readonly void Row(in Block block, int r, int rows, int query, int key, int keys, int width, long token)
    {
        ref readonly AttentionArgs forward = ref Args.Forward;
        float* s = block.S + (long)r * HeadTiles.ScorePitch, dp = block.DP + (long)r * HeadTiles.ScorePitch;
        int at = query + r / forward.Group, columns = (int)GemmPlan.RoundUp(width, 16);
        if (r >= rows)
        {
            new Span<float>(s, columns).Clear();
            new Span<float>(dp, columns).Clear();
            return;
        }
        int first = Math.Max(block.Span.First(at) - key, 0), end = Math.Min(block.Span.End(at) - key, keys);
        long statistic = (long)(block.KvHead * forward.Group + r % forward.Group) * forward.Queries + token + r / forward.Group;
        ScoreRows<T>.Gradient(s, dp, first, end, columns, forward.Softcap, forward.Scale, forward.Lse[statistic], Delta[statistic]);
    }
}
