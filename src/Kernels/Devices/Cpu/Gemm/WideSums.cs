// A 16-bit result of a sum too long for one pass: summed in an fp32 matrix, some rows at a time, then rounded once.
using System.Runtime.InteropServices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class WideSums
{
    const long ScratchFloats = 2L << 20;

    public static void Run(CpuPool pool, in MatmulArgs args, GemmKernel kernel)
    {
        int step = (int)Math.Clamp(ScratchFloats / args.N, 1, args.M);
        float* sums = (float*)NativeMemory.AlignedAlloc((nuint)((long)step * args.N * sizeof(float)), 64);
        try
        {
            for (int row = 0; row < args.M; row += step)
            {
                int rows = Math.Min(step, args.M - row);
                bool before = Epilogue.Prefill(args, row, rows, 0, args.N, sums, args.N);
                MatmulArgs part = args with { M = rows, C = sums, CType = DType.F32, CPitch = args.N, Beta = before ? 1 : 0, Bias = null };
                part.A = Rows(args.A, row);
                CpuMatmul.Run(pool, part, kernel);
                Epilogue.Round(args, row, rows, 0, args.N, sums);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(sums);
        }
    }

    static MatrixOperand Rows(in MatrixOperand a, int row)
    {
        if (a.Stored is not null) return a with { Stored = new StoredRows(a.Stored, row, a.Transposed) };
        long offset = a.Transposed ? row : row * a.RowPitch;
        return a with { Data = (byte*)a.Data + offset * a.Type.Size() };
    }

    sealed class StoredRows(IStoredMatrix whole, long first, bool transposed) : IStoredMatrix
    {
        public void Decode(long row, int rows, long col, int cols, float* destination, long pitch) => whole.Decode(
            transposed ? row : row + first, rows, transposed ? col + first : col, cols, destination, pitch);
    }
}
