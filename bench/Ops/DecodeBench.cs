// One row times a large stored matrix, as a token is decoded: bytes of weights read a second, beside plain reading of memory and the packed product.
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Quantize4;
using FastTune.Kernels.Ops.QuantizeRows;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using FastTune.Kernels.Weights.Bnb;

namespace FastTune.Bench.Ops;

static unsafe class DecodeBench
{
    const int N = 8192, K = 4096;

    public static void Run(CpuPool pool, string part)
    {
        using var device = new CpuDevice(pool, new HostMemory());
        using Tensor dense = device.Empty(new Shape(N, K), DType.F32, Category.Weights), narrow = device.Empty(new Shape(N, K), DType.BF16, Category.Weights);
        var values = new Span<float>(dense.Pointer, N * K);
        var random = new Random(1);
        for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.5f;
        for (int i = 0; i < values.Length; i++) ((ushort*)narrow.Pointer)[i] = BFloat16Bits.Round(values[i]);
        using var four = new FourBitBuilder(device, N, K, new FourBitOptions(CodeTable.Nf4));
        using var eight = new Int8Builder(device, N, K);
        four.Add(dense);
        eight.Add(dense);
        using IStoredForm nf4 = four.Finish(), int8 = eight.Finish();
        var forms = new (string Name, MatrixOperand Operand, double Bytes)[]
        {
            ("F32", new() { Data = dense.Pointer, Type = DType.F32, RowPitch = K, Transposed = true }, 4.0 * N * K),
            ("BF16", new() { Data = narrow.Pointer, Type = DType.BF16, RowPitch = K, Transposed = true }, 2.0 * N * K),
            ("INT8", new() { Stored = int8, Transposed = true }, int8.Bytes),
            ("NF4", new() { Stored = nf4, Transposed = true }, nf4.Bytes),
        };
        foreach (var (name, operand, bytes) in forms)
            foreach (int m in new[] { 1, 4, 8 })
                if ($"{name} M={m}".Contains(part, StringComparison.Ordinal)) One(pool, $"{name} M={m} N={N} K={K}", operand, bytes, m, (float*)dense.Pointer);
    }

    static void One(CpuPool pool, string title, MatrixOperand matrix, double bytes, int m, float* memory)
    {
        float* x = (float*)NativeMemory.AlignedAlloc((nuint)(m * K * 4), 64), c = (float*)NativeMemory.AlignedAlloc((nuint)(m * N * 4), 64);
        new Span<float>(x, m * K).Fill(0.5f);
        var args = new MatmulArgs { M = m, N = N, K = K, A = new() { Data = x, RowPitch = K }, B = matrix, C = c, CPitch = N };
        double read = 4.0 * N * K / Timing.Best(() => Read(pool, memory));
        double few = Timing.Best(() => CpuMatmul.Run(pool, args));
        double packed = Timing.Best(() => CpuMatmul.Run(pool, args, GemmKernel.For(Isa.Current, args)));
        Console.WriteLine($"{title,-28} {bytes / few / 1e9,6:F1} GB/s  {100 * bytes / few / read,5:F1}% of {read / 1e9:F1}  {packed / few,5:F1}x the packed product");
        NativeMemory.AlignedFree(x);
        NativeMemory.AlignedFree(c);
    }

    static void Read(CpuPool pool, float* memory)
    {
        var body = new Reading { Memory = memory };
        pool.For(64, ref body);
    }

    struct Reading : IPoolBody
    {
        public float* Memory;

        public readonly void Run(int task, int worker)
        {
            float* from = Memory + (long)task * (N / 64) * K;
            Vector256<float> a = default, b = default, c = default, d = default;
            for (long i = 0; i < (long)(N / 64) * K; i += 32)
            {
                a += Vector256.Load(from + i);
                b += Vector256.Load(from + i + 8);
                c += Vector256.Load(from + i + 16);
                d += Vector256.Load(from + i + 24);
            }
            if (Vector256.Sum(a + b + c + d) == 0.123f) Console.WriteLine();
        }
    }
}
