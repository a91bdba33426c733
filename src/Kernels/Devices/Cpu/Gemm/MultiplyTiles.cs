// The second half of a pass: each task packs its rows of A and multiplies them with its columns of the packed panel.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

unsafe struct MultiplyTiles : IPoolBody
{
    public MatmulArgs Args;
    public PackSource A;
    public GemmPlan Plan;
    public float* Panel;
    public int Column, Columns, Depth0, Depth; // the part of B that Panel holds

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
            int depth = Math.Min(GemmPlan.DepthBlock, Depth - k);
            float* a = workspace.PanelA(Plan.PanelAFloats);
            float* decoded = A.Stored is null ? null : workspace.Decoded(Plan.DecodedFloats);
            Packing.Block(A, row, rows, Depth0 + k, depth, Plan.Kernel.Rows, a, decoded);
            float* b = Panel + (long)k * GemmPlan.RoundUp(Columns, Plan.Kernel.Columns) + (long)column * depth;
            Multiply(Plan.Kernel, a, rows, b, columns, depth, c, pitch, Args.Alpha, accumulate);
        }
        if (scratch) Epilogue.Round(Args, row, rows, Column + column, columns, c);
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
                    Edge(kernel, depth, left, right, cell, pitch, Math.Min(kernel.Rows, rows - i), Math.Min(kernel.Columns, columns - j), alpha, accumulate);
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
        GemmKernel kernel, int depth, float* a, float* b, float* c, long pitch, int rows, int columns, float alpha, bool accumulate)
    {
        float* tile = stackalloc float[GemmKernel.LargestTile];
        if (accumulate)
            for (int i = 0; i < rows; i++)
                new Span<float>(c + i * pitch, columns).CopyTo(new Span<float>(tile + i * kernel.Columns, columns));
        kernel.Run(depth, a, 1, kernel.Rows, b, kernel.Columns, tile, kernel.Columns, alpha, accumulate);
        for (int i = 0; i < rows; i++)
            new Span<float>(tile + i * kernel.Columns, columns).CopyTo(new Span<float>(c + i * pitch, columns));
    }
}
