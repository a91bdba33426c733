// The assembled bf16 tiles as the matrix product calls them; loaded at first use, if the CPU has the instruction and the system allows it.
using FastTune.Kernels.Devices.Cpu.Gemm;

namespace FastTune.Kernels.Devices.Cpu.Assembled;

internal static unsafe class PairTiles
{
    public const int WideRows = 8, WideVectors = 3, NarrowRows = 16, NarrowVectors = 1;

    private static readonly nint wide, narrow, peak;

    static PairTiles()
    {
        if (!Isa.HasAvx512Bf16)
        {
            Refusal = "the CPU has no VDPBF16PS";
            return;
        }
        wide = CodePages.Load(PairTileCode.Tile(WideRows, WideVectors, CallConvention.Current), out string? refusal);
        if (wide != 0) narrow = CodePages.Load(PairTileCode.Tile(NarrowRows, NarrowVectors, CallConvention.Current), out refusal);
        if (narrow != 0) peak = CodePages.Load(PairTileCode.Peak(CallConvention.Current), out refusal);
        Refusal = refusal;
    }

    /// <summary>Why the tiles cannot run here; null when they can.</summary>
    public static string? Refusal { get; }

    /// <summary>The tile for a product of bf16 pairs with <paramref name="columns"/> columns.</summary>
    public static GemmKernel For(int columns) => columns > 2 * 16 * NarrowVectors
        ? new(WideRows, 16 * WideVectors, &RunWide, pairs: true)
        : new(NarrowRows, 16 * NarrowVectors, &RunNarrow, pairs: true);

    /// <summary>Runs <paramref name="steps"/> times <see cref="PairTileCode.PeakChains"/> independent instructions (64 FLOPs each).</summary>
    public static void RunPeak(long steps)
    {
        var call = new PairTileCall { Steps = steps };
        ((delegate* unmanaged[SuppressGCTransition]<PairTileCall*, void>)peak)(&call);
    }

    private static void RunWide(
        long depth, float* a, long row, long aStep, float* b, long bStep, float* c, long pitch, float alpha, bool accumulate) =>
        Run(wide, depth, a, b, c, pitch, alpha, accumulate);

    private static void RunNarrow(
        long depth, float* a, long row, long aStep, float* b, long bStep, float* c, long pitch, float alpha, bool accumulate) =>
        Run(narrow, depth, a, b, c, pitch, alpha, accumulate);

    // Pairs are always packed, so the strides of the general form say nothing new. A tile takes about a microsecond: no transition.
    private static void Run(nint code, long steps, float* a, float* b, float* c, long pitch, float alpha, bool accumulate)
    {
        var call = new PairTileCall
        {
            Steps = steps,
            A = (uint*)a,
            B = (uint*)b,
            C = c,
            PitchBytes = pitch * sizeof(float),
            Alpha = alpha,
            Accumulate = accumulate ? 1 : 0,
        };
        ((delegate* unmanaged[SuppressGCTransition]<PairTileCall*, void>)code)(&call);
    }
}
