// Four rows of a stored matrix against a few rows of fp32: the inner loop of FewRows.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class RowGroup
{
    public const int Rows = 4;

    const int Chunk = 512, Lanes = 16; // four rows of a chunk are 8 KB: they stay in L1 while the rows of x pass by

    /// <summary>C[:, column .. column + rows) from x [M, pitch].</summary>
    [SkipLocalsInit]
    public static void Multiply<TL>(in MatmulArgs args, float* x, int pitch, int column, int rows) where TL : struct, ILanes<TL>
    {
        float* sums = stackalloc float[FewRows.MostRows * Rows * Lanes], buffer = stackalloc float[Rows * Chunk];
        new Span<float>(sums, args.M * Rows * Lanes).Clear();
        bool dense = args.B.Stored is null, wide = dense && args.B.Type == DType.F32;
        bool narrow = dense && args.B.Type == DType.BF16 && args.M == 1; // read once: widened on its way into the register
        for (int k = 0; k < args.K; k += Chunk)
        {
            int count = Math.Min(Chunk, args.K - k), padded = (count + Lanes - 1) / Lanes * Lanes;
            float* w = buffer;
            long wPitch = Chunk;
            if (narrow && rows == Rows && count == padded)
            {
                byte* from = (byte*)args.B.Data + 2 * (column * args.B.RowPitch + k);
                Dot<TL, ElementBF16>(x + k, from, 2 * args.B.RowPitch, padded, sums);
                continue;
            }
            if (wide && rows == Rows && count == padded)
            {
                w = (float*)args.B.Data + column * args.B.RowPitch + k;
                wPitch = args.B.RowPitch;
            }
            else
            {
                Fill(args.B, column, rows, k, count, buffer);
            }
            for (int row = 0; row < args.M; row++) Dot<TL, ElementF32>(x + (long)row * pitch + k, (byte*)w, 4 * wPitch, padded, sums + row * Rows * Lanes);
        }
        for (int row = 0; row < args.M; row++)
            for (int j = 0; j < rows; j++) Store(args, row, column + j, TL.Sum(TL.Load(sums + (row * Rows + j) * Lanes)));
    }

    /// <summary>One row of x against rows that multiply themselves.</summary>
    [SkipLocalsInit]
    public static void Dots(in MatmulArgs args, IRowDot form, float* x, int start, int end, IsaLevel level)
    {
        float* sums = stackalloc float[Lanes];
        for (int column = start; column < end; column++)
        {
            form.Dot(column, x, sums, level);
            Store(args, 0, column, Lanes256.Sum(Lanes256.Load(sums)));
        }
    }

    // Rows that do not exist repeat the first: their sums are never stored.
    static void Fill(in MatrixOperand matrix, int first, int rows, int k, int count, float* buffer)
    {
        if (matrix.Stored is not null)
            for (int row = 0; row < rows; row++)
            {
                matrix.Stored.Decode(first + row, 1, k, count, buffer + row * Chunk, Chunk);
                Elements.Clear(buffer + row * Chunk, count);
            }
        else
            for (int row = 0; row < rows; row++) Elements.Widen(matrix, first + row, k, count, buffer + row * Chunk);
        for (int row = rows; row < Rows; row++) new Span<float>(buffer, Chunk).CopyTo(new Span<float>(buffer + row * Chunk, Chunk));
    }

    static void Dot<TL, TE>(float* x, byte* w, long pitch, int count, float* sums) where TL : struct, ILanes<TL> where TE : struct, IElement
    {
        byte* w1 = w + pitch, w2 = w1 + pitch, w3 = w2 + pitch;
        TL a = TL.Load(sums), b = TL.Load(sums + Lanes), c = TL.Load(sums + 2 * Lanes), d = TL.Load(sums + 3 * Lanes);
        for (int i = 0; i < count; i += Lanes)
        {
            TL value = TL.Load(x + i);
            a = TL.Fma(value, TE.Load<TL>(w, i), a);
            b = TL.Fma(value, TE.Load<TL>(w1, i), b);
            c = TL.Fma(value, TE.Load<TL>(w2, i), c);
            d = TL.Fma(value, TE.Load<TL>(w3, i), d);
        }
        TL.Store(a, sums);
        TL.Store(b, sums + Lanes);
        TL.Store(c, sums + 2 * Lanes);
        TL.Store(d, sums + 3 * Lanes);
    }

    internal static void Store(in MatmulArgs args, long row, int column, float sum)
    {
        float value = args.Alpha * sum;
        long at = row * args.CPitch + column;
        if (args.Bias != null) value += args.Bias[column];
        if (args.CType == DType.F32)
        {
            float* c = (float*)args.C + at;
            *c = args.Beta == 0 ? value : value + args.Beta * *c;
            return;
        }
        ushort* narrow = (ushort*)args.C + at;
        *narrow = BFloat16Bits.Round(args.Beta == 0 ? value : value + args.Beta * BFloat16Bits.Widen(*narrow));
    }
}
