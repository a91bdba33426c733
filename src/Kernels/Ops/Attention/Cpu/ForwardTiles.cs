// Flash attention forward: one task is one tile of queries of one KV head; keys pass by in tiles, nothing of size T x T exists.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Ops.Attention.Cpu;

unsafe struct ForwardTiles<T> : IPoolBody where T : struct, ILanes<T>
{
    public AttentionArgs Args;
    public HeadTiles Tiles;

    public readonly int Tasks
    {
        get
        {
            int tiles = 0;
            for (int s = 0; s < Args.Sequences; s++) tiles += TilesOf(s);
            return tiles * Args.KvHeads;
        }
    }

    readonly int TilesOf(int sequence) => GemmPlan.CeilDiv(Args.QueryStarts[sequence + 1] - Args.QueryStarts[sequence], Tiles.QueryBlock);

    public readonly void Run(int task, int worker)
    {
        int tile = task / Args.KvHeads, sequence = 0;
        for (; tile >= TilesOf(sequence); sequence++) tile -= TilesOf(sequence);
        int query = (TilesOf(sequence) - 1 - tile) * Tiles.QueryBlock; // the last queries see the most keys: first
        var span = AttentionSpan.Of(Args, sequence);
        float* memory = GemmWorkspace.Current.Heads(2 * Tiles.RowFloats + Tiles.ScoreFloats + 2 * Tiles.KeyFloats + 2 * Tiles.Rows);
        var state = new State
        {
            Q = memory,
            O = memory + Tiles.RowFloats,
            S = memory + 2 * Tiles.RowFloats,
            PackedK = memory + 2 * Tiles.RowFloats + Tiles.ScoreFloats,
            V = memory + 2 * Tiles.RowFloats + Tiles.ScoreFloats + Tiles.KeyFloats,
            Max = memory + 2 * Tiles.RowFloats + Tiles.ScoreFloats + 2 * Tiles.KeyFloats,
            Sum = memory + 2 * Tiles.RowFloats + Tiles.ScoreFloats + 2 * Tiles.KeyFloats + Tiles.Rows,
            Span = span,
            Query = query,
            Rows = Math.Min(Tiles.QueryBlock, span.Queries - query) * Args.Group,
        };
        int kvHead = task % Args.KvHeads, queries = state.Rows / Args.Group;
        Tiles.LoadQueries(Args, Args.Q, Args.QPitch, Args.QueryStarts[sequence] + query, queries, kvHead, state.Q);
        new Span<float>(state.O, (int)Tiles.RowFloats).Clear();
        new Span<float>(state.Max, Tiles.Rows).Fill(float.NegativeInfinity);
        new Span<float>(state.Sum, Tiles.Rows).Clear();
        int end = span.End(query + queries - 1), firstTile = span.First(query) / HeadTiles.KeyBlock * HeadTiles.KeyBlock;
        for (int key = firstTile; key < end; key += HeadTiles.KeyBlock)
        {
            int keys = Math.Min(HeadTiles.KeyBlock, span.Keys - key);
            Tiles.PackKeys(Args, Args.K, Args.KPitch, Args.KeyStarts[sequence] + key, keys, kvHead, state.PackedK);
            Tiles.LoadKeys(Args, Args.V, Args.VPitch, Args.KeyStarts[sequence] + key, keys, kvHead, state.V);
            for (int row = 0; row < state.Rows; row += HeadTiles.RowGroup) Advance(state, row, key, keys);
        }
        Finish(state, Args.QueryStarts[sequence] + query, kvHead);
    }

    struct State
    {
        public float* Q, O, S, PackedK, V, Max, Sum;
        public AttentionSpan Span;
        public int Query, Rows;
    }

    // A group of rows against one tile of keys: a sliver of keys (then a strip of values) stays in L1 while the group's register tiles
    // pass by. Keys that all rows of the group see go through the register tile; keys at a mask's edge are added row by row, so that what
    // a row does not see (NaN perhaps) cannot reach it. Groups do not depend on the register tile, and so neither does the order of additions.
    readonly void Advance(in State state, int group, int key, int keys)
    {
        int rows = Math.Min(HeadTiles.RowGroup, state.Rows - group);
        Scores(state, group, rows, key, keys);
        int allFrom = Math.Max(First(state, group + rows - 1) - key, 0), allTo = Math.Min(End(state, group) - key, keys);
        if (allTo <= allFrom) allFrom = allTo = Math.Max(First(state, group) - key, 0);
        for (int row = group; row < group + rows; row++)
        {
            int first = Math.Max(First(state, row) - key, 0), end = Math.Min(End(state, row) - key, keys);
            if (end <= first) continue;
            float* s = state.S + (long)row * HeadTiles.ScorePitch, line = state.O + (long)row * Tiles.Pitch;
            ScoreRows<T>.Advance(s, first, end, Args.Softcap, ref state.Max[row], ref state.Sum[row], line, Tiles.Dim);
            AddKeys(s, state.V, first, Math.Min(end, allFrom), line);
            AddKeys(s, state.V, Math.Max(first, allTo), end, line);
        }
        if (allTo > allFrom) AddSeenByAll(state, group, rows, allFrom, allTo);
    }

    readonly int First(in State state, int row) => state.Span.First(state.Query + row / Args.Group);

    readonly int End(in State state, int row) => state.Span.End(state.Query + row / Args.Group);

    readonly void Scores(in State state, int group, int rows, int key, int keys)
    {
        var kernel = Tiles.Kernel;
        int seenFrom = Math.Max(First(state, group) - key, 0), seenTo = Math.Min(End(state, group + rows - 1) - key, keys);
        for (int j = seenFrom / kernel.Columns * kernel.Columns; j < seenTo; j += kernel.Columns)
            for (int row = group; row < group + rows; row += kernel.Rows)
            {
                int last = Math.Min(row + kernel.Rows, group + rows) - 1;
                if (First(state, row) >= key + j + kernel.Columns || End(state, last) <= key + j) continue; // the tile sees none of these keys
                kernel.Run(
                    Args.HeadDim, state.Q + (long)row * Tiles.Pitch, Tiles.Pitch, 1, state.PackedK + (long)j * Args.HeadDim, kernel.Columns,
                    state.S + (long)row * HeadTiles.ScorePitch + j, HeadTiles.ScorePitch, Args.Scale, false);
            }
    }

    readonly void AddSeenByAll(in State state, int group, int rows, int from, int to)
    {
        var kernel = Tiles.Kernel;
        for (int c = 0; c < Tiles.Dim; c += kernel.Columns)
            for (int row = group; row < group + rows; row += kernel.Rows)
                kernel.Run(
                    to - from, state.S + (long)row * HeadTiles.ScorePitch + from, HeadTiles.ScorePitch, 1, state.V + (long)from * Tiles.Pitch + c,
                    Tiles.Pitch, state.O + (long)row * Tiles.Pitch + c, Tiles.Pitch, 1, true);
    }

    readonly void AddKeys(float* weights, float* v, int first, int end, float* o)
    {
        for (int j = first; j < end; j++)
        {
            T weight = T.Fill(weights[j]);
            float* value = v + (long)j * Tiles.Pitch;
            for (int c = 0; c < Tiles.Dim; c += 16) T.Store(T.Fma(weight, T.Load(value + c), T.Load(o + c)), o + c);
        }
    }

    readonly void Finish(in State state, long token, int kvHead)
    {
        for (int r = 0; r < state.Rows; r++)
        {
            int head = kvHead * Args.Group + r % Args.Group;
            float* o = state.O + (long)r * Tiles.Pitch;
            float max = state.Max[r], sum = state.Sum[r], scale = 1;
            if (Args.Sinks != null && !float.IsNegativeInfinity(max))
            {
                float largest = MathF.Max(max, Args.Sinks[head]);
                scale = ScoreRows<T>.Exp(max - largest);
                sum = sum * scale + ScoreRows<T>.Exp(Args.Sinks[head] - largest);
                max = largest;
            }
            float inverse = float.IsNegativeInfinity(max) ? 0 : scale / sum; // a row that sees nothing is zero
            for (int c = 0; c < Args.HeadDim; c++) o[c] *= inverse;
            HeadRows.Store(Args.Type, o, Args.HeadDim, Args.O, (token + r / Args.Group) * Args.OPitch + (long)head * Args.HeadDim);
            Args.Lse[(long)head * Args.Queries + token + r / Args.Group] =
                float.IsNegativeInfinity(max) ? float.NegativeInfinity : max + MathF.Log(sum);
        }
    }
}
