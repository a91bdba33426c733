// The second half of a pass: each task packs its rows of A and multiplies them with its columns of the packed panel.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

unsafe struct MultiplyTiles : IPoolBody
{
    public MatmulArgs Args;
    public PackSource A;
    public PackSource B; // where a panel of B is not packed; else its Data is null
    public GemmPlan Plan;
    public float* Panel;
    public int Column, Columns, Depth0, Depth; // the part of B that Panel holds; depths count steps

    readonly int ColumnTasks => GemmPlan.CeilDiv(Columns, Plan.TaskColumns);

    public readonly int Tasks => Plan.RowTasks * ColumnTasks;

    public readonly void Run(int task, int worker)
    {
        int row = task / ColumnTasks * Plan.TaskRows, column = task % ColumnTasks * Plan.TaskColumns;
        int rows = Math.Min(Plan.TaskRows, Args.M - row), columns = Math.Min(Plan.TaskColumns, Columns - column);
        var workspace = GemmWorkspace.Current;
        bool scratch = Args.CType != DType.F32;
        long pitch = scratch ? columns : Args.CPitch;
        float* c = scratch ? workspace.Tile(Plan.TileFloats) : (float*)Args.C + row * pitch + Column + column;
        bool accumulate = Depth0 > 0 || Epilogue.Prefill(Args, row, rows, Column + column, columns, c, pitch);
        if (Depth == 0 && !accumulate) Epilogue.Clear(rows, columns, c, pitch);
        for (int k = 0; k < Depth; k += GemmPlan.DepthBlock, accumulate = true)
        {
            int depth = Math.Min(GemmPlan.DepthBlock, Depth - k), inPlace = RowsInPlace(rows);
            float* b = Panel + (long)k * GemmPlan.RoundUp(Columns, Plan.Kernel.Columns) + (long)column * depth;
            if (inPlace > 0) MultiplyRows(row, inPlace, b, columns, Depth0 + k, depth, c, pitch, accumulate);
            if (inPlace == rows) continue;
            float* a = workspace.PanelA(Plan.PanelAFloats);
            float* decoded = A.Stored is null ? null : workspace.Decoded(Plan.DecodedFloats);
            Packing.Block(Plan.Kernel, A, row + inPlace, rows - inPlace, Depth0 + k, depth, Plan.Kernel.Rows, a, decoded);
            if (B.Data != null) MultiplyColumns(a, rows, Column + column, columns, Depth0 + k, depth, c, pitch, accumulate);
            else Multiply(Plan.Kernel, a, rows - inPlace, b, columns, depth, c + inPlace * pitch, pitch, Args.Alpha, accumulate);
        }
        if (scratch) Epilogue.Round(Args, row, rows, Column + column, columns, c);
    }

    /// <summary>How many of a task's rows of A are read where they lie: whole register tiles, if few columns pass by. A rank-16 product
    /// uses each element once, and packing it first cost a third of the time (class B).</summary>
    readonly int RowsInPlace(int rows) =>
        B.Data == null && A.Stored is null && A.AlongK && A.Type == DType.F32 && Args.N <= 2 * Plan.Kernel.Columns
            ? rows / Plan.Kernel.Rows * Plan.Kernel.Rows : 0;

    readonly void MultiplyRows(int row, int rows, float* b, int columns, int k, int depth, float* c, long pitch, bool accumulate)
    {
        GemmKernel kernel = Plan.Kernel;
        float* a = (float*)A.Data + row * A.Pitch + k;
        for (int i = 0; i < rows; i += kernel.Rows)
            for (int j = 0; j < columns; j += kernel.Columns)
            {
                float* cell = c + i * pitch + j, left = a + i * A.Pitch, right = b + (long)j * depth;
                if (columns - j >= kernel.Columns)
                    kernel.Run(depth, left, A.Pitch, 1, right, kernel.Columns, cell, pitch, Args.Alpha, accumulate);
                else
                    Edge(kernel, depth, left, A.Pitch, 1, right, kernel.Columns, cell, pitch, kernel.Rows, columns - j, Args.Alpha, accumulate);
            }
    }

    /// <summary>True when B is read where it lies: a few rows of A pass by (the gradient of a low-rank A), so that packing costs more
    /// than it saves. Whole vectors only.</summary>
    public static bool ColumnsInPlace(in MatmulArgs args, in PackSource b, in GemmPlan plan) =>
        b.Stored is null && !b.AlongK && b.Type == DType.F32 && args.M <= 3 * plan.Kernel.Rows && args.N % plan.Kernel.Columns == 0;

    // The stored rows of B are pages apart, so the next sliver's lines are asked for while this one is used.
    readonly void MultiplyColumns(float* a, int rows, int column, int columns, int k, int depth, float* c, long pitch, bool accumulate)
    {
        GemmKernel kernel = Plan.Kernel;
        float* b = (float*)B.Data + k * B.Pitch + column;
        for (int j = 0; j < columns; j += kernel.Columns)
        {
            if (Sse.IsSupported && j + kernel.Columns < columns)
                for (int step = 0; step < depth; step++) Sse.Prefetch1(b + step * B.Pitch + j + kernel.Columns);
            for (int i = 0; i < rows; i += kernel.Rows)
            {
                float* cell = c + i * pitch + j, left = a + (long)i * depth;
                if (rows - i >= kernel.Rows)
                    kernel.Run(depth, left, 1, kernel.Rows, b + j, B.Pitch, cell, pitch, Args.Alpha, accumulate);
                else
                    Edge(kernel, depth, left, 1, kernel.Rows, b + j, B.Pitch, cell, pitch, rows - i, kernel.Columns, Args.Alpha, accumulate);
            }
        }
    }

    // A sliver of B stays in L1 while the slivers of A pass by from L2; the next sliver of B is fetched meanwhile, a part with each tile.
    static void Multiply(
        GemmKernel kernel, float* a, int rows, float* b, int columns, int depth, float* c, long pitch, float alpha, bool accumulate)
    {
        long sliver = (long)kernel.Columns * depth, part = sliver / GemmPlan.CeilDiv(rows, kernel.Rows) + 16;
        for (int j = 0; j < columns; j += kernel.Columns)
        {
            float* next = b + (long)j * depth + sliver;
            for (int i = 0; i < rows; i += kernel.Rows, next += part)
            {
                if (j + kernel.Columns < columns) Prefetch(next, part);
                float* cell = c + i * pitch + j, left = a + (long)i * depth, right = b + (long)j * depth;
                if (rows - i >= kernel.Rows && columns - j >= kernel.Columns)
                    kernel.Run(depth, left, 1, kernel.Rows, right, kernel.Columns, cell, pitch, alpha, accumulate);
                else
                    Edge(kernel, depth, left, 1, kernel.Rows, right, kernel.Columns, cell, pitch, Math.Min(kernel.Rows, rows - i), Math.Min(kernel.Columns, columns - j), alpha, accumulate);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Prefetch(float* data, long floats)
    {
        if (!Sse.IsSupported) return;
        for (long line = 0; line < floats; line += 16) Sse.Prefetch1(data + line);
    }

    // A tile that sticks out is computed whole beside C, and only its inside is copied back.
    [SkipLocalsInit]
    static void Edge(
        GemmKernel kernel, int depth, float* a, long aRow, long aStep, float* b, long bStep, float* c, long pitch, int rows, int columns, float alpha,
        bool accumulate)
    {
        float* tile = stackalloc float[GemmKernel.LargestTile];
        if (accumulate)
            for (int i = 0; i < rows; i++)
                new Span<float>(c + i * pitch, columns).CopyTo(new Span<float>(tile + i * kernel.Columns, columns));
        kernel.Run(depth, a, aRow, aStep, b, bStep, tile, kernel.Columns, alpha, accumulate);
        for (int i = 0; i < rows; i++)
            new Span<float>(tile + i * kernel.Columns, columns).CopyTo(new Span<float>(c + i * pitch, columns));
    }
}
