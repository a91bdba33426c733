// Copies a block of an operand into slivers: [depth][rows] for one register tile's rows (or columns), widened to fp32.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

/// <summary>
/// An operand as packing sees it: element (r, k), where r runs along the kept dimension (M of A, N of B) and k along the summed one.
/// <see cref="AlongK"/>: neighbours in memory are neighbours in k; else in r.
/// </summary>
unsafe struct PackSource
{
    public void* Data;
    public DType Type;
    public long Pitch, Extent, Depth; // elements between stored rows; how many r exist; how many k
    public bool AlongK;
    public IStoredMatrix? Stored;

    public static PackSource OfA(in MatmulArgs args) => Of(args.A, !args.A.Transposed, args.M, args.K);

    public static PackSource OfB(in MatmulArgs args) => Of(args.B, args.B.Transposed, args.N, args.K);

    /// <summary>The same source, beginning some elements later.</summary>
    public readonly PackSource At(long elements) => this with { Data = (byte*)Data + elements * Type.Size() };

    static PackSource Of(in MatrixOperand operand, bool alongK, long extent, long depth) => new()
    {
        Data = operand.Data,
        Type = operand.Type,
        Pitch = operand.RowPitch,
        Extent = extent,
        Depth = depth,
        AlongK = alongK,
        Stored = operand.Stored,
    };
}

static unsafe class Packing
{
    /// <summary>Slivers that one decode of a stored matrix fills: 64 or more columns, a whole quantisation block.</summary>
    public const int DecodeSlivers = 4;

    const int RowsAhead = 8; // stored rows asked for before they are copied: each is another page, which no hardware prefetcher enters

    /// <summary>
    /// Packs rows [row, row + rows) and steps [k, k + depth) as slivers of <paramref name="width"/> rows, one after the other.
    /// Lanes past the last row hold anything. Writes up to 7 floats past the end where width is not a multiple of 8.
    /// </summary>
    public static void Block(
        GemmKernel kernel, in PackSource source, long row, int rows, int k, int depth, int width, float* destination, float* decoded)
    {
        if (kernel.Pairs) PairPacking.Block(source, row, rows, k, depth, width, (uint*)destination, decoded);
        else if (source.Stored is not null) Stored(source, row, rows, k, depth, width, destination, decoded);
        else if (source.Type == DType.F32) Slivers<PackF32>(source, row, rows, k, depth, width, destination);
        else if (source.Type == DType.BF16) Slivers<PackBF16>(source, row, rows, k, depth, width, destination);
        else Slivers<PackF16>(source, row, rows, k, depth, width, destination);
    }

    static void Stored(in PackSource source, long row, int rows, long k, int depth, int width, float* destination, float* decoded)
    {
        for (int done = 0; done < rows; done += DecodeSlivers * width)
        {
            int part = Math.Min(rows - done, DecodeSlivers * width);
            PackSource dense = source;
            dense.Stored = null;
            dense.Extent = part;
            dense.Data = decoded;
            dense.Pitch = source.AlongK ? depth : part;
            if (source.AlongK) source.Stored!.Decode(row + done, part, k, depth, decoded, dense.Pitch);
            else source.Stored!.Decode(k, depth, row + done, part, decoded, dense.Pitch);
            Slivers<PackF32>(dense, 0, part, 0, depth, width, destination + (long)done * depth);
        }
    }

    static void Slivers<T>(in PackSource source, long row, int rows, long k, int depth, int width, float* destination) where T : struct, IPackElement
    {
        if (!source.AlongK)
        {
            CopyRows<T>(source, row, rows, k, depth, width, destination);
            return;
        }
        for (int done = 0; done < rows; done += width, destination += (long)width * depth)
        {
            int valid = Math.Min(rows - done, width);
            for (int group = 0; group < width; group += 8)
                Transpose<T>(source, row + done + Math.Min(group, valid - 1), Math.Clamp(valid - group, 1, 8), k, depth, width, destination + group);
        }
    }

    // Neighbours in memory are neighbours in the sliver. A stored row is read once, for all slivers (each row is another page).
    // Whole vectors only where eight elements exist in the stored row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void CopyRows<T>(in PackSource source, long row, int rows, long k, int depth, int width, float* destination) where T : struct, IPackElement
    {
        int wide = (width + 7) / 8 * 8, full = 0;
        while (full + width <= rows && row + full + wide <= source.Extent) full += width;
        void* data = source.Data;
        long from = k * source.Pitch + row, sliver = (long)width * depth;
        for (int step = 0; step < depth; step++, from += source.Pitch)
        {
            float* to = destination + (long)step * width;
            if (Sse.IsSupported && step + RowsAhead < depth)
                for (int line = 0; line < rows; line += 64 / T.Size) Sse.Prefetch0((byte*)data + (from + RowsAhead * source.Pitch + line) * T.Size);
            if (step == depth - 1 && wide != width) full = 0; // its overhang would fall into the next sliver, already written
            for (int done = 0; done < full; done += width, to += sliver)
                for (int lane = 0; lane < wide; lane += 8) T.Load8(data, from + done + lane).Store(to + lane);
            for (int done = full; done < rows; done += width, to += sliver)
                for (int lane = 0; lane < Math.Min(width, rows - done); lane++) to[lane] = T.Load(data, from + done + lane);
        }
    }

    // Eight stored rows become eight lanes; rows past the last valid one repeat it (their products are never stored).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Transpose<T>(in PackSource source, long row, int valid, long k, int depth, int width, float* destination) where T : struct, IPackElement
    {
        long pitch = source.Pitch * T.Size;
        byte* p0 = (byte*)source.Data + row * pitch + k * T.Size;
        byte* p1 = p0 + Math.Min(1, valid - 1) * pitch, p2 = p0 + Math.Min(2, valid - 1) * pitch, p3 = p0 + Math.Min(3, valid - 1) * pitch;
        byte* p4 = p0 + Math.Min(4, valid - 1) * pitch, p5 = p0 + Math.Min(5, valid - 1) * pitch;
        byte* p6 = p0 + Math.Min(6, valid - 1) * pitch, p7 = p0 + Math.Min(7, valid - 1) * pitch;
        int step = 0;
        for (; step + 8 <= depth; step += 8)
        {
            Transpose8x8.Store(
                T.Load8(p0, step), T.Load8(p1, step), T.Load8(p2, step), T.Load8(p3, step),
                T.Load8(p4, step), T.Load8(p5, step), T.Load8(p6, step), T.Load8(p7, step), destination, width);
            destination += 8L * width;
        }
        for (; step < depth; step++, destination += width)
            Vector256.Create(
                T.Load(p0, step), T.Load(p1, step), T.Load(p2, step), T.Load(p3, step),
                T.Load(p4, step), T.Load(p5, step), T.Load(p6, step), T.Load(p7, step)).Store(destination);
    }
}
