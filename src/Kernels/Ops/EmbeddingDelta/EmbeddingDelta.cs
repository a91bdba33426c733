// EmbeddingDelta · y[t] += s B A[:, id[t]], the low-rank update of an embedding (PEFT's lora_embedding_A, _B).
//   u[t] = A[:, id[t]]    dU = s dy B   dA[:, id[t]] += dU[t], tokens in order   dB = s dy^T u   dy passes on to the embedding
// y [T,h] (overwritten), ids I32 [T], A [r,V], B [h,r] fp32; u and dU fp32 [T,r]. Saves the ids and u.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.EmbeddingDelta;

internal interface IEmbeddingDeltaKernel
{
    /// <summary>u[t] = A[:, id[t]].</summary>
    void Gather(IDevice device, in Tensor ids, in Tensor a, in Tensor u);

    /// <summary>dA[:, id[t]] += dU[t].</summary>
    void Scatter(IDevice device, in Tensor ids, in Tensor dU, in Tensor dA);
}

public static class EmbeddingDelta
{
    internal static readonly KernelSet<IEmbeddingDeltaKernel> Kernels = new("embedding_delta", new EmbeddingDeltaCpu());

    /// <summary>Takes over <paramref name="y"/> and returns it with the update added.</summary>
    public static Tensor Add(Tape tape, Tensor y, in Tensor ids, LoraPair pair)
    {
        if (pair.B.Shape.Rows != y.Columns || pair.A.Shape.Rows != pair.B.Shape.Columns)
            throw new ArgumentException(
                $"[embedding_delta] {pair.A.Name} {pair.A.Shape} and {pair.B.Name} {pair.B.Shape} do not fit rows of {y.Columns}");
        Tensor u = tape.New(new Shape(ids.Count, pair.A.Shape.Rows), DType.F32);
        if (tape.Device.Launch("embedding_delta", 0, 8.0 * u.Count)) Kernels.For(tape.Device).Gather(tape.Device, ids, pair.A.Value, u);
        Matmul.Matmul.Run(tape.Device, Operand.Of(u), Operand.Of(pair.B.Value, transposed: true), y, pair.Scale, beta: 1);
        if (!tape.Needs(pair.A) && !tape.Needs(pair.B) && !tape.Needs(y))
        {
            u.Dispose();
            return y;
        }
        int before = y.Value;
        y = tape.Track(y);
        tape.Use(pair.A);
        tape.Use(pair.B);
        tape.Record(new Node(y.Value, before, ids.Share(), u, pair));
        return y;
    }

    private struct Node(int y, int baseOutput, Tensor ids, Tensor u, LoraPair pair) : INode
    {
        private Tensor _ids = ids, _u = u;

        public void Backward(Tape tape)
        {
            Tensor dy = tape.TakeGradient(y);
            if (dy.Exists) Gradients(tape, dy);
            if (tape.Needs(pair.A)) tape.Contributed(pair.A);
            if (tape.Needs(pair.B)) tape.Contributed(pair.B);
            if (dy.Exists && baseOutput != 0) tape.AddGradient(baseOutput, dy);
            else dy.Dispose();
        }

        private readonly void Gradients(Tape tape, in Tensor dy)
        {
            if (tape.Needs(pair.B))
            {
                Tensor dB = tape.GradientTarget(pair.B, out float beta);
                Matmul.Matmul.Run(tape.Device, Operand.Of(dy, transposed: true), Operand.Of(_u), dB, pair.Scale, beta);
            }
            if (!tape.Needs(pair.A)) return;
            using Tensor dU = tape.Workspace(_u.Shape, DType.F32);
            Matmul.Matmul.Run(tape.Device, Operand.Of(dy), Operand.Of(pair.B.Value), dU, pair.Scale);
            Tensor dA = tape.GradientTarget(pair.A, out float existing);
            if (existing == 0) Accumulate.Accumulate.Fill(tape.Device, dA, 0);
            if (tape.Device.Launch("embedding_delta", dU.Count, 12.0 * dU.Count))
                Kernels.For(tape.Device).Scatter(tape.Device, _ids, dU, dA);
        }

        public void Free()
        {
            _ids.Dispose();
            _u.Dispose();
        }
    }
}
