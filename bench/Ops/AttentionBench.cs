// Attention's rows: causal forward and backward of one sequence, counted as the 2 and 5 products of the visible half.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;

namespace FastTune.Bench.Ops;

static class AttentionBench
{
    static readonly (int Heads, int KvHeads, int Dim, int Tokens)[] Shapes =
        [(9, 3, 64, 512), (9, 3, 64, 2048), (9, 3, 64, 4096), (8, 2, 128, 2048), (8, 2, 128, 4096)];

    public static void Run(CpuPool pool, string part)
    {
        foreach (var type in new[] { DType.F32, DType.BF16 })
            foreach (var (heads, kvHeads, dim, tokens) in Shapes)
            {
                string title = $"{type} heads {heads}/{kvHeads} of {dim} T={tokens}";
                if (title.Contains(part, StringComparison.Ordinal)) One(pool, title, type, heads, kvHeads, dim, tokens);
            }
    }

    static void One(CpuPool pool, string title, DType type, int heads, int kvHeads, int dim, int tokens)
    {
        using var problem = new AttentionProblem(type, heads, kvHeads, dim, tokens);
        double product = (double)tokens * tokens * heads * dim;
        Timing.Row(pool, title + " forward", 2 * product, () => CpuAttention.Forward(pool, problem.Forward));
        Timing.Row(pool, title + " backward", 5 * product, () => CpuAttention.Backward(pool, problem.Backward));
        Timing.Row(pool, title + " both", 7 * product, () =>
        {
            CpuAttention.Forward(pool, problem.Forward);
            CpuAttention.Backward(pool, problem.Backward);
        });
    }
}
