// Tile sizes of attention and the blocks that both passes load: rows are (query, head of the group), columns are keys.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Gemm;

namespace FastTune.Kernels.Ops.Attention.Cpu;

/// <summary>
/// A tile has up to 96 rows and 96 keys (multiples of every register tile). All query heads of a KV head share its rows, so that
/// keys and values are packed once for the group: row r is query r / Group, head r % Group.
/// </summary>
readonly unsafe struct HeadTiles
{
    public const int KeyBlock = 96;
    public const int ScorePitch = KeyBlock + 16; // not a power of two: rows would share cache sets

    public const int RowGroup = 24; // rows of 4, 6 or 8 divide it

    public readonly GemmKernel Kernel;
    public readonly IsaLevel Level;
    /// <summary>Queries of a tile, its rows (padded to whole register tiles), elements of a head (padded) and of a row.</summary>
    public readonly int QueryBlock, Rows, Dim, Pitch;

    public HeadTiles(IsaLevel level, in AttentionArgs args)
    {
        Level = level;
        Kernel = GemmKernel.ForHeads(level);
        QueryBlock = Math.Max(1, KeyBlock / args.Group);
        Rows = (int)GemmPlan.RoundUp(QueryBlock * args.Group, RowGroup);
        Dim = (int)GemmPlan.RoundUp(args.HeadDim, Kernel.Columns);
        Pitch = Dim + 16;
    }

    public long RowFloats => (long)Rows * Pitch;

    public long KeyFloats => (long)KeyBlock * Pitch;

    public long ScoreFloats => (long)Rows * ScorePitch;

    /// <summary>Loads rows of Q (or dO): queries [query, query + queries) of all heads of the group; the rest of the last register tile is zero.</summary>
    public void LoadQueries(in AttentionArgs args, void* data, long pitch, long firstToken, int queries, int kvHead, float* rows)
    {
        int group = args.Group, count = queries * group;
        for (int r = 0; r < count; r++)
            LoadRow(args, data, (firstToken + r / group) * pitch + (long)(kvHead * group + r % group) * args.HeadDim, rows + (long)r * Pitch);
        for (int r = count; r < GemmPlan.RoundUp(count, Kernel.Rows); r++) new Span<float>(rows + (long)r * Pitch, Dim).Clear();
    }

    /// <summary>Loads keys (or values) as rows.</summary>
    public void LoadKeys(in AttentionArgs args, void* data, long pitch, long firstToken, int keys, int kvHead, float* rows)
    {
        for (int j = 0; j < keys; j++)
            LoadRow(args, data, (firstToken + j) * pitch + (long)kvHead * args.HeadDim, rows + (long)j * Pitch);
    }

    /// <summary>Packs keys (or values) as the right operand of rows times keys: slivers of [HeadDim, Kernel.Columns].</summary>
    public void PackKeys(in AttentionArgs args, void* data, long pitch, long firstToken, int keys, int kvHead, float* packed)
    {
        long offset = firstToken * pitch + (long)kvHead * args.HeadDim;
        var source = new PackSource { Data = data, Type = args.Type, Pitch = pitch, AlongK = true, Extent = firstToken + keys };
        Packing.Block(Kernel, source.At(offset), 0, keys, 0, args.HeadDim, Kernel.Columns, packed, null);
    }

    void LoadRow(in AttentionArgs args, void* data, long offset, float* row)
    {
        HeadRows.Load(args.Type, data, offset, args.HeadDim, row);
        if (Dim > args.HeadDim) new Span<float>(row + args.HeadDim, Dim - args.HeadDim).Clear();
    }
}
