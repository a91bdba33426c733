// attention: causal forward and backward of one sequence against libtorch's scaled_dot_product_attention; memory must grow with T, not T^2.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;

namespace FastTune.Bench.Steps.Rows;

internal static class AttentionRows
{
    private static readonly (int Heads, int KvHeads, int Dim)[] Shapes = [(9, 3, 64), (8, 2, 128)];
    private static readonly int[] Tokens = [2048, 4096, 8192, 16384];

    public static int Run(BenchOptions options)
    {
        if (options.Peer is null) return Ours();
        var rows = RowPairs.Compare(options, () => Child.Start("attention"), () => Child.Peer("attention"));
        Console.WriteLine($"ratio attention {RowPairs.GeometricMean(rows.Select(row => row.Ratio)):F3} worst {rows.Min(row => row.Ratio):F3}");
        return 0;
    }

    private static int Ours()
    {
        DType type = Isa.HasAvx512Bf16 ? DType.BF16 : DType.F32;
        foreach (int tokens in Tokens)
            foreach (var (heads, kvHeads, dim) in Shapes)
            {
                using var problem = new AttentionProblem(type, heads, kvHeads, dim, tokens);
                OpRow.Measure($"heads {heads}/{kvHeads} of {dim} T={tokens}", 1, () =>
                {
                    CpuAttention.Forward(CpuPool.Shared, problem.Forward);
                    CpuAttention.Backward(CpuPool.Shared, problem.Backward);
                });
            }
        return 0;
    }
}
