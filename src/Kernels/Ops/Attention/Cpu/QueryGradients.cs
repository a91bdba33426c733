// Backward's third step: dQ is the sum of its ranges' slabs, added in order and rounded once.
using FastTune.Kernels.Devices.Cpu;

namespace FastTune.Kernels.Ops.Attention.Cpu;

/// <summary>One task is one job of the batch.</summary>
unsafe struct QueryGradients : IPoolBody
{
    public AttentionGradArgs Args;
    public HeadTiles Tiles;
    public BackwardPlan Plan;
    public float* Slabs;
    public int FirstJob;

    public readonly void Run(int task, int worker)
    {
        int job = FirstJob + task;
        float* slab = Slabs;
        for (int before = FirstJob; before < job; before++) slab += Plan.Ranges(before) * Plan.SlabFloats(before);
        ref readonly AttentionArgs forward = ref Args.Forward;
        int ranges = Plan.Ranges(job), kvHead = job % forward.KvHeads, dim = Tiles.Dim;
        long floats = Plan.SlabFloats(job), token = forward.QueryStarts[job / forward.KvHeads];
        for (int row = 0; row < Plan.Span(job).Queries * forward.Group; row++)
        {
            float* sum = slab + (long)row * dim;
            for (int range = 1; range < ranges; range++)
                for (int c = 0; c < dim; c++) sum[c] += sum[range * floats + c];
            long head = (long)kvHead * forward.Group + row % forward.Group;
            HeadRows.Store(forward.Type, sum, forward.HeadDim, Args.DQ, (token + row / forward.Group) * Args.DQPitch + head * forward.HeadDim);
        }
    }
}
