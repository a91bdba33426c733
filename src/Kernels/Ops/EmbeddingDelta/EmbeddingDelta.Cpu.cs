// embedding_delta on the CPU: r columns a token, tokens in order.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.EmbeddingDelta;

internal sealed unsafe class EmbeddingDeltaCpu : IEmbeddingDeltaKernel
{
    public void Gather(IDevice device, in Tensor ids, in Tensor a, in Tensor u)
    {
        int* id = (int*)ids.Pointer;
        float* from = (float*)a.Pointer, to = (float*)u.Pointer;
        for (long token = 0; token < ids.Count; token++)
            for (long k = 0; k < u.Columns; k++) to[token * u.Columns + k] = from[k * a.RowPitch + id[token]];
    }

    public void Scatter(IDevice device, in Tensor ids, in Tensor dU, in Tensor dA)
    {
        int* id = (int*)ids.Pointer;
        float* from = (float*)dU.Pointer, to = (float*)dA.Pointer;
        for (long token = 0; token < ids.Count; token++)
            for (long k = 0; k < dU.Columns; k++) to[k * dA.RowPitch + id[token]] += from[token * dU.Columns + k];
    }
}
