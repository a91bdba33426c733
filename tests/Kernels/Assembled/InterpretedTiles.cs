// The assembled tiles as kernels of the matrix product, run by the interpreter: what the case table uses where the CPU has no VDPBF16PS.
using FastTune.Kernels.Devices.Cpu.Assembled;
using FastTune.Kernels.Devices.Cpu.Gemm;
using Iced.Intel;

namespace FastTune.Tests.Kernels.Assembled;

static unsafe class InterpretedTiles
{
    static readonly byte[] WideCode = PairTileCode.Tile(PairTiles.WideRows, PairTiles.WideVectors, new CallConvention(Windows: false));
    static readonly byte[] NarrowCode = PairTileCode.Tile(PairTiles.NarrowRows, PairTiles.NarrowVectors, new CallConvention(Windows: true));

    [ThreadStatic] static Interpreter? wide, narrow;

    /// <summary>The narrow one is assembled for Windows' convention, so that both conventions are exercised.</summary>
    public static GemmKernel For(int columns) => columns > 32
        ? new(PairTiles.WideRows, 16 * PairTiles.WideVectors, &RunWide, pairs: true)
        : new(PairTiles.NarrowRows, 16 * PairTiles.NarrowVectors, &RunNarrow, pairs: true);

    static void RunWide(
        long depth, float* a, long row, long aStep, float* b, long bStep, float* c, long pitch, float alpha, bool accumulate) =>
        Run(wide ??= new(WideCode), Register.RDI, depth, a, b, c, pitch, alpha, accumulate);

    static void RunNarrow(
        long depth, float* a, long row, long aStep, float* b, long bStep, float* c, long pitch, float alpha, bool accumulate) =>
        Run(narrow ??= new(NarrowCode), Register.RCX, depth, a, b, c, pitch, alpha, accumulate);

    static void Run(Interpreter code, Register argument, long depth, float* a, float* b, float* c, long pitch, float alpha, bool accumulate)
    {
        var call = new PairTileCall
        {
            Steps = depth,
            A = (uint*)a,
            B = (uint*)b,
            C = c,
            PitchBytes = 4 * pitch,
            Alpha = alpha,
            Accumulate = accumulate ? 1 : 0,
        };
        code.Call(argument, &call);
    }
}
