// attention on the CPU as the tape's kernel: tensors in, raw arguments for CpuAttention out.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Attention;

internal sealed unsafe class AttentionCpu : IAttentionKernel
{
    public void Forward(IDevice device, in AttentionWork work) =>
        CpuAttention.Forward(CpuDevice.PoolOf(device), Arguments(work));

    public void Backward(IDevice device, in AttentionWork work, in Tensor dO, in Tensor dQ, in Tensor dK, in Tensor dV) =>
        CpuAttention.Backward(CpuDevice.PoolOf(device), new AttentionGradArgs
        {
            Forward = Arguments(work),
            DO = dO.Pointer,
            DQ = dQ.Pointer,
            DK = dK.Pointer,
            DV = dV.Pointer,
            DOPitch = dO.RowPitch,
            DQPitch = dQ.RowPitch,
            DKPitch = dK.RowPitch,
            DVPitch = dV.RowPitch,
        });

    private static AttentionArgs Arguments(in AttentionWork work) => new()
    {
        Q = work.Q.Pointer,
        K = work.K.Pointer,
        V = work.V.Pointer,
        O = work.O.Pointer,
        Type = work.Q.Type,
        QPitch = work.Q.RowPitch,
        KPitch = work.K.RowPitch,
        VPitch = work.V.RowPitch,
        OPitch = work.O.RowPitch,
        Lse = (float*)work.Lse.Pointer,
        Heads = work.Rule.Heads,
        KvHeads = work.Rule.KeyValueHeads,
        HeadDim = work.Rule.HeadSize,
        QueryStarts = (int*)work.Starts.Queries.Pointer,
        KeyStarts = (int*)work.Starts.Keys.Pointer,
        Sequences = (int)work.Starts.Queries.Count - 1,
        Scale = work.Rule.Scale,
        Causal = work.Rule.Causal,
        Window = work.Rule.Window,
        Softcap = work.Rule.Softcap,
    };
}
