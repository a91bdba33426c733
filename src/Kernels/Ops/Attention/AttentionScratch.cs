// How much memory attention's backward takes beside its tensors: what a plan of a step's memory adds.
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Ops.Attention.Cpu;

namespace FastTune.Kernels.Ops.Attention;

public static class AttentionScratch
{
    /// <summary>Bytes of the partial sums of dQ and of delta on the CPU, at most.</summary>
    /// <param name="tokens">Tokens of the batch.</param>
    /// <param name="longest">Tokens of its longest sequence.</param>
    public static long CpuBytes(in AttentionRule rule, long tokens, long longest)
    {
        int group = rule.Heads / rule.KeyValueHeads;
        long ranges = Math.Clamp(longest / (HeadTiles.KeyBlock * BackwardPlan.TilesPerRange) + 1, 1, BackwardPlan.MostRanges);
        long job = ranges * (longest * group + GemmKernel.LargestTile) * (rule.HeadSize + 16L), jobs = rule.KeyValueHeads * (tokens / Math.Max(1, longest) + 1);
        return sizeof(float) * (Math.Min(jobs * job, Math.Max(job, BackwardPlan.BatchFloats)) + rule.Heads * tokens);
    }
}
