// Embedding · y[t] = scale W[id[t]] (kernels.md 4.1).
//   backward: dW[id[t]] += scale dy[t], tokens in order
// ids I32 [T], checked on the host before; W [V,h] F32, BF16 or F16; y [T,h] in the compute type. Saves the ids.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Embedding;

internal interface IEmbeddingKernel
{
    void Forward(IDevice device, in Tensor ids, in Tensor table, in Tensor y, float scale);

    /// <summary>dTable (fp32) holds the sum so far.</summary>
    void Backward(IDevice device, in Tensor ids, in Tensor dy, in Tensor dTable, float scale);
}

public static class Embedding
{
    internal static readonly KernelSet<IEmbeddingKernel> Kernels = new("embedding", new EmbeddingCpu());

    /// <summary>Rows of <paramref name="table"/> for <paramref name="ids"/>, as <paramref name="type"/> (F32 or BF16).</summary>
    public static Tensor Lookup(Tape tape, in Tensor ids, Parameter table, DType type, float scale = 1)
    {
        Tensor y = tape.New(new Shape(ids.Count, table.Shape.Columns), type);
        if (tape.Device.Launch("embedding", y.Count, 2.0 * y.Count * type.Size()))
            Kernels.For(tape.Device).Forward(tape.Device, ids, table.Value, y, scale);
        if (!tape.Needs(table)) return y;
        y = tape.Track(y);
        tape.Use(table);
        tape.Record(new Node(y.Value, ids.Share(), table, scale));
        return y;
    }

    private struct Node(int y, Tensor ids, Parameter table, float scale) : INode
    {
        private Tensor _ids = ids;

        public void Backward(Tape tape)
        {
            using Tensor dy = tape.TakeGradient(y);
            if (dy.Exists)
            {
                Tensor dTable = tape.GradientTarget(table, out float beta);
                if (beta == 0) Accumulate.Accumulate.Fill(tape.Device, dTable, 0);
                if (tape.Device.Launch("embedding", dy.Count, 3.0 * dy.Count * 4))
                    Kernels.For(tape.Device).Backward(tape.Device, _ids, dy, dTable, scale);
            }
            tape.Contributed(table);
        }

        public void Free() => _ids.Dispose();
    }
}
