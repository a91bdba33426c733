// Backward's first step: delta = dO . O of every (head, query); its last: the gradient of the sinks.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Ops.Attention.Cpu;

/// <summary>One task is 64 query tokens; Delta is [Heads, query tokens].</summary>
unsafe struct DeltaRows : IPoolBody
{
    public const int Block = 64;
    public AttentionGradArgs Args;
    public float* Delta;

    public readonly void Run(int task, int worker)
    {
        ref readonly AttentionArgs forward = ref Args.Forward;
        int queries = forward.Queries;
        for (int token = task * Block; token < Math.Min(queries, (task + 1) * Block); token++)
            for (int head = 0; head < forward.Heads; head++)
            {
                long column = (long)head * forward.HeadDim;
                Delta[(long)head * queries + token] = HeadRows.Dot(
                    forward.Type, Args.DO, token * Args.DOPitch + column, forward.O, token * forward.OPitch + column, forward.HeadDim);
            }
    }
}

/// <summary>One task is one head: dSink = - sum over queries of exp(sink - lse) delta, in order.</summary>
unsafe struct SinkGradients<T> : IPoolBody where T : struct, ILanes<T>
{
    public AttentionGradArgs Args;
    public float* Delta;

    public readonly void Run(int task, int worker)
    {
        ref readonly AttentionArgs forward = ref Args.Forward;
        int queries = forward.Queries;
        double sum = 0;
        for (int token = 0; token < queries; token++)
        {
            float lse = forward.Lse[(long)task * queries + token];
            if (!float.IsNegativeInfinity(lse))
                sum -= (double)ScoreRows<T>.Exp(forward.Sinks[task] - lse) * Delta[(long)task * queries + token];
        }
        Args.DSinks[task] = (float)sum;
    }
}
