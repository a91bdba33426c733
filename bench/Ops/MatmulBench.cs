// The matrix product's rows: forward and both gradients of a linear layer, LoRA's skinny products, packing included.
using System.Runtime.InteropServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Bench.Ops;

static unsafe class MatmulBench
{
    static readonly (int M, int N, int K)[] Shapes =
    [
        (1536, 1536, 1536), (512, 1536, 1536), (2048, 576, 576), (2048, 576, 1536), (2048, 1536, 576), (2048, 4096, 4096),
        (2048, 8, 576), (2048, 16, 576), (2048, 16, 1536), (2048, 576, 16), (16, 576, 2048), (16, 1536, 2048), (64, 576, 576), (256, 49152, 576), (256, 576, 49152),
    ];

    public static void Run(CpuPool pool, string part)
    {
        foreach (var type in new[] { DType.F32, DType.BF16 })
            foreach (var (m, n, k) in Shapes)
                foreach (var (name, ta, tb) in new[] { ("X W^T", false, true), ("dY W", false, false), ("dY^T X", true, false) })
                {
                    string title = $"{type} {name} M={m} N={n} K={k}";
                    if (title.Contains(part, StringComparison.Ordinal)) One(pool, title, type, m, n, k, ta, tb);
                }
    }

    static void One(CpuPool pool, string title, DType type, int m, int n, int k, bool ta, bool tb)
    {
        using var a = new Memory((long)m * k, type);
        using var b = new Memory((long)n * k, type);
        using var c = new Memory((long)m * n, type);
        var args = new MatmulArgs
        {
            M = m,
            N = n,
            K = k,
            A = new() { Data = a.Data, Type = type, RowPitch = ta ? m : k, Transposed = ta },
            B = new() { Data = b.Data, Type = type, RowPitch = tb ? k : n, Transposed = tb },
            C = c.Data,
            CType = type,
            CPitch = n,
        };
        Timing.Row(pool, title, 2.0 * m * n * k, () => CpuMatmul.Run(pool, args), Isa.Current == IsaLevel.Avx512Bf16 && type == DType.BF16);
    }

    /// <summary>Elements in memory as the engine's pool gets it, all small numbers (a pattern that is 0.5 in bf16 pairs and in fp32).</summary>
    sealed class Memory : IDisposable
    {
        public Memory(long count, DType type)
        {
            Data = LargePages.Allocate(count * type.Size() + 64);
            new Span<ushort>(Data, (int)Math.Min(count * type.Size() / 2, int.MaxValue)).Fill(0x3C00);
        }

        public void* Data { get; }

        public void Dispose() => NativeMemory.AlignedFree(Data);
    }
}
