// Attention on the CPU: checks, then flash tiles on the pool. Memory grows with the tokens, never with their square.
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Ops.Attention.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Attention;

/// <summary>
/// Softmax attention with a running maximum (FlashAttention, arXiv 2205.14135), forward and backward; contract at <see cref="AttentionArgs"/>.
/// The bits depend neither on the thread count nor on AVX2 or AVX-512. What a query does not see cannot reach its output, NaN included.
/// </summary>
public static unsafe class CpuAttention
{
    /// <summary>Writes O and Lse.</summary>
    /// <exception cref="ArgumentException">A size, pitch or type is not supported.</exception>
    public static void Forward(CpuPool pool, in AttentionArgs args) => Forward(pool, args, Isa.Current);

    /// <summary>Writes DQ, DK, DV and DSinks.</summary>
    /// <exception cref="ArgumentException">A size, pitch or type is not supported.</exception>
    public static void Backward(CpuPool pool, in AttentionGradArgs args) => Backward(pool, args, Isa.Current);

    internal static void Forward(CpuPool pool, in AttentionArgs args, IsaLevel level)
    {
        Check(args);
        if (level >= IsaLevel.Avx512) Forward<Lanes512>(pool, args, level);
        else Forward<Lanes256>(pool, args, level);
    }

    internal static void Backward(CpuPool pool, in AttentionGradArgs args, IsaLevel level)
    {
        Check(args.Forward);
        if (level >= IsaLevel.Avx512) Backward<Lanes512>(pool, args, level);
        else Backward<Lanes256>(pool, args, level);
    }

    static void Forward<T>(CpuPool pool, in AttentionArgs args, IsaLevel level) where T : struct, ILanes<T>
    {
        var body = new ForwardTiles<T> { Args = args, Tiles = new HeadTiles(level, args) };
        pool.For(body.Tasks, ref body);
    }

    static void Backward<T>(CpuPool pool, in AttentionGradArgs args, IsaLevel level) where T : struct, ILanes<T>
    {
        var tiles = new HeadTiles(level, args.Forward);
        var plan = new BackwardPlan(args.Forward, tiles);
        float* delta = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(sizeof(float) * (long)args.Forward.Heads * args.Forward.Queries, 64), 64);
        try
        {
            var rows = new DeltaRows { Args = args, Delta = delta };
            pool.For(GemmPlan.CeilDiv(args.Forward.Queries, DeltaRows.Block), ref rows);
            for (int job = 0, end; job < plan.Jobs; job = end)
            {
                end = plan.BatchEnd(job, out int tasks, out long floats);
                float* slabs = GemmWorkspace.Current.Slab(floats);
                var body = new BackwardTiles<T> { Args = args, Tiles = tiles, Plan = plan, Delta = delta, Slabs = slabs, FirstJob = job };
                pool.For(tasks, ref body);
                var sums = new QueryGradients { Args = args, Tiles = tiles, Plan = plan, Slabs = slabs, FirstJob = job };
                pool.For(end - job, ref sums);
            }
            if (args.DSinks == null || args.Forward.Sinks == null) return;
            var sinks = new SinkGradients<T> { Args = args, Delta = delta };
            pool.For(args.Forward.Heads, ref sinks);
        }
        finally
        {
            NativeMemory.AlignedFree(delta);
        }
    }

    static void Check(in AttentionArgs args)
    {
        if (args.Type is not (DType.F32 or DType.BF16)) Fail($"the type is {args.Type}: use F32 or BF16");
        if (args.HeadDim is < 1 or > 512) Fail($"head dimension is {args.HeadDim}: 1 to 512 are supported");
        if (args.KvHeads < 1 || args.Heads % args.KvHeads != 0 || args.Heads < 1)
            Fail($"{args.Heads} query heads over {args.KvHeads} KV heads: the first must be a positive multiple of the second");
        if (args.Sequences < 0 || args.Window < 0) Fail($"sequences {args.Sequences}, window {args.Window}: none may be negative");
        CheckStarts("query", args.QueryStarts, args.Sequences);
        CheckStarts("key", args.KeyStarts, args.Sequences);
    }

    static void CheckStarts(string name, int* starts, int sequences)
    {
        if (starts[0] < 0) Fail($"{name} offsets begin with {starts[0]}: they may not be negative");
        for (int s = 0; s < sequences; s++)
            if (starts[s + 1] < starts[s]) Fail($"{name} offset {s + 1} is {starts[s + 1]}, the one before is {starts[s]}: they may not fall");
    }

    [DoesNotReturn]
    static void Fail(string message) => throw new ArgumentException($"[attention] {message}");
}
