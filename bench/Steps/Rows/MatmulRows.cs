// matmul-bf16: a linear layer's three products over bf16 storage, packing inside the timing, against libtorch in the dtype of the class.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Bench.Steps.Rows;

internal static unsafe class MatmulRows
{
    private static readonly int[] Tokens = [512, 2048], Widths = [576, 1536, 4096];

    public static int Run(BenchOptions options)
    {
        if (options.Peer is null) return Ours();
        var rows = RowPairs.Compare(options, () => Child.Start("matmul-bf16"), () => Child.Peer("matmul"));
        double peak = PeakGflops();
        var large = new List<double>();
        foreach (var (name, _, seconds) in rows)
            if (Sizes(name) is var (t, n, k) && Math.Min(t, Math.Min(n, k)) >= 1536) large.Add(2.0 * t * n * k / seconds / 1e9 / peak);
        double share = RowPairs.GeometricMean(large);
        Console.WriteLine($"peak {peak:F0} GFLOP/s; rows of 1536 and up reach {100 * large.Min():F1}% to {100 * large.Max():F1}% of it, geometric mean {100 * share:F1}%");
        Console.WriteLine($"ratio matmul {RowPairs.GeometricMean(rows.Select(row => row.Ratio)):F3} worst {rows.Min(row => row.Ratio):F3} of peak {share:F3}");
        return 0;
    }

    private static int Ours()
    {
        foreach (int tokens in Tokens)
            foreach (int n in Widths)
                foreach (int k in Widths) Layer(tokens, n, k);
        return 0;
    }

    // Y[T,N] = X[T,K] W[N,K]^T; dX[T,K] = dY W; dW[N,K] = dY^T X.
    private static void Layer(int tokens, int n, int k)
    {
        using Block x = new((long)tokens * k), w = new((long)n * k), y = new((long)tokens * n);
        Product($"Y {tokens} x {n} x {k}", tokens, n, k, x, false, w, true, y);
        Product($"dX {tokens} x {n} x {k}", tokens, k, n, y, false, w, false, x);
        Product($"dW {tokens} x {n} x {k}", n, k, tokens, y, true, x, false, w);
    }

    private static void Product(string name, int m, int n, int k, Block a, bool ta, Block b, bool tb, Block c)
    {
        var args = new MatmulArgs
        {
            M = m,
            N = n,
            K = k,
            A = new() { Data = a.Data, Type = DType.BF16, RowPitch = ta ? m : k, Transposed = ta },
            B = new() { Data = b.Data, Type = DType.BF16, RowPitch = tb ? k : n, Transposed = tb },
            C = c.Data,
            CType = DType.BF16,
            CPitch = n,
        };
        OpRow.Measure(name, 0.25, () => CpuMatmul.Run(CpuPool.Shared, args));
        c.Fill(); // a result must not grow from row to row
    }

    private static double PeakGflops() =>
        Isa.Current == IsaLevel.Avx512Bf16 ? CpuPeak.MeasureBF16Gflops(CpuPool.Shared) : CpuPeak.MeasureFmaGflops(CpuPool.Shared);

    private static (int T, int N, int K) Sizes(string name)
    {
        int[] numbers = [.. name.Split(' ').Where(word => char.IsDigit(word[0])).Select(int.Parse)];
        return (numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>bf16 elements in memory as the engine's pool gets it.</summary>
    private sealed class Block : IDisposable
    {
        private readonly long count;

        public Block(long count)
        {
            this.count = count;
            Data = (ushort*)LargePages.Allocate(2 * count + 64);
            Fill();
        }

        public ushort* Data { get; }

        public void Fill() => new Span<ushort>(Data, checked((int)count)).Fill(0x3C00);

        public void Dispose() => System.Runtime.InteropServices.NativeMemory.AlignedFree(Data);
    }
}
