// C [M, few columns] = A^T B with A stored row by row, computed as its transpose: A then passes by in place instead of being packed.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

/// <summary>The gradient of a low-rank B: dy^T u. Every element keeps its order of additions, so the bits are those of the packed product.</summary>
static unsafe class ThinColumns
{
    public static bool Fits(in MatmulArgs args, GemmKernel kernel) =>
        args.N <= 3 * kernel.Rows && args.N < args.M && args.A.Transposed && args.A.Stored is null && args.B.Stored is null
        && args.A.Type == DType.F32 && args.CType == DType.F32 && args.Bias == null && args.M % kernel.Columns == 0;

    /// <summary>The arguments of the transposed product; its result is [N, M] at <paramref name="result"/>, which holds beta's C.</summary>
    public static MatmulArgs Turned(in MatmulArgs args, float* result)
    {
        if (args.Beta != 0)
            for (int row = 0; row < args.M; row++)
                for (int column = 0; column < args.N; column++)
                    result[(long)column * args.M + row] = ((float*)args.C)[row * args.CPitch + column];
        return args with
        {
            M = args.N,
            N = args.M,
            A = args.B with { Transposed = !args.B.Transposed },
            B = args.A with { Transposed = false },
            C = result,
            CPitch = args.M,
        };
    }

    /// <summary>Puts the turned result where it belongs.</summary>
    public static void Store(in MatmulArgs args, float* result)
    {
        for (int row = 0; row < args.M; row++)
            for (int column = 0; column < args.N; column++)
                ((float*)args.C)[row * args.CPitch + column] = result[(long)column * args.M + row];
    }
}
