// What this machine can do at best, measured: fp32 FMA throughput and copy bandwidth. Benches and `fasttune env` divide by these.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastTune.Kernels.Devices.Cpu.Assembled;

namespace FastTune.Kernels.Devices.Cpu;

public static unsafe class CpuPeak
{
    const int Steps = 200_000;
    const long CopyBytes = 64L << 20; // beyond any last-level cache share

    /// <summary>fp32 GFLOP/s of all threads in independent fused multiply-adds (two FLOPs each); takes about 100 ms.</summary>
    public static double MeasureFmaGflops(CpuPool pool)
    {
        float sink = 0;
        var body = new FmaBody { Sink = &sink };
        double best = 0;
        long end = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 10;
        do
        {
            long start = Stopwatch.GetTimestamp();
            pool.For(pool.Threads * 4, ref body);
            best = Math.Max(best, pool.Threads * 4 * FmaBody.Flops / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        while (Stopwatch.GetTimestamp() < end);
        return best;
    }

    /// <summary>GFLOP/s of all threads in independent VDPBF16PS (64 FLOPs each); 0 where the CPU or the system does not allow them.</summary>
    public static double MeasureBF16Gflops(CpuPool pool)
    {
        if (PairTiles.Refusal is not null) return 0;
        var body = new PairBody();
        double best = 0;
        for (int round = 0; round < 10; round++)
        {
            long start = Stopwatch.GetTimestamp();
            pool.For(pool.Threads * 4, ref body);
            best = Math.Max(best, pool.Threads * 4 * PairBody.Flops / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        return best;
    }

    /// <summary>GB/s of a large copy by all threads, counting bytes read plus bytes written.</summary>
    public static double MeasureCopyGBps(CpuPool pool)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)(2 * CopyBytes), 64);
        try
        {
            NativeMemory.Fill(memory, (nuint)(2 * CopyBytes), 1);
            var body = new CopyBody { From = memory, To = memory + CopyBytes, Bytes = CopyBytes / (pool.Threads * 4) };
            double best = 0;
            for (int round = 0; round < 5; round++)
            {
                long start = Stopwatch.GetTimestamp();
                pool.For(pool.Threads * 4, ref body);
                best = Math.Max(best, 2.0 * body.Bytes * pool.Threads * 4 / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
            }
            return best;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    struct FmaBody : IPoolBody
    {
        public float* Sink;

        public static double Flops => Avx512F.IsSupported ? Steps * 12.0 * 32 : Steps * 12.0 * 16;

        public readonly void Run(int task, int worker)
        {
            float sum = Avx512F.IsSupported ? Fma512(Steps) : Fma256(Steps);
            if (float.IsNaN(sum)) *Sink = sum; // keeps the loop alive
        }
    }

    struct PairBody : IPoolBody
    {
        public static double Flops => (double)Steps * PairTileCode.PeakChains * 64;

        public readonly void Run(int task, int worker) => PairTiles.RunPeak(Steps);
    }

    struct CopyBody : IPoolBody
    {
        public byte* From, To;
        public long Bytes;

        public readonly void Run(int task, int worker) =>
            Buffer.MemoryCopy(From + task * Bytes, To + task * Bytes, Bytes, Bytes);
    }

    // Twelve independent chains: latency 4 at two a cycle needs eight.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Fma256(int steps)
    {
        Vector256<float> x = Vector256.Create(0.5f), y = Vector256.Create(0.25f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < steps; step++)
        {
            a = Vector256.MultiplyAddEstimate(a, x, y);
            b = Vector256.MultiplyAddEstimate(b, x, y);
            c = Vector256.MultiplyAddEstimate(c, x, y);
            d = Vector256.MultiplyAddEstimate(d, x, y);
            e = Vector256.MultiplyAddEstimate(e, x, y);
            f = Vector256.MultiplyAddEstimate(f, x, y);
            g = Vector256.MultiplyAddEstimate(g, x, y);
            h = Vector256.MultiplyAddEstimate(h, x, y);
            i = Vector256.MultiplyAddEstimate(i, x, y);
            j = Vector256.MultiplyAddEstimate(j, x, y);
            k = Vector256.MultiplyAddEstimate(k, x, y);
            l = Vector256.MultiplyAddEstimate(l, x, y);
        }
        return Vector256.Sum(a + b + c + d + e + f + (g + h + i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Fma512(int steps)
    {
        Vector512<float> x = Vector512.Create(0.5f), y = Vector512.Create(0.25f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < steps; step++)
        {
            a = Vector512.MultiplyAddEstimate(a, x, y);
            b = Vector512.MultiplyAddEstimate(b, x, y);
            c = Vector512.MultiplyAddEstimate(c, x, y);
            d = Vector512.MultiplyAddEstimate(d, x, y);
            e = Vector512.MultiplyAddEstimate(e, x, y);
            f = Vector512.MultiplyAddEstimate(f, x, y);
            g = Vector512.MultiplyAddEstimate(g, x, y);
            h = Vector512.MultiplyAddEstimate(h, x, y);
            i = Vector512.MultiplyAddEstimate(i, x, y);
            j = Vector512.MultiplyAddEstimate(j, x, y);
            k = Vector512.MultiplyAddEstimate(k, x, y);
            l = Vector512.MultiplyAddEstimate(l, x, y);
        }
        return Vector512.Sum(a + b + c + d + e + f + (g + h + i + j + k + l));
    }
}
