// GatherRows · y[i] = x[rows[i]]: the labelled rows of a batch, packed together.
//   backward: dx[rows[i]] = dy[i], other rows 0
// x [T,h], rows I32 [n] ascending and distinct, y [n,h] in x's type. Saves rows.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.GatherRows;

internal interface IGatherRowsKernel
{
    void Gather(IDevice device, in Tensor x, in Tensor rows, in Tensor y);
    void Scatter(IDevice device, in Tensor dy, in Tensor rows, in Tensor dx);
}

public static class GatherRows
{
    internal static readonly KernelSet<IGatherRowsKernel> Kernels = new("gather_rows", new GatherRowsCpu());

    public static Tensor Apply(Tape tape, in Tensor x, in Tensor rows)
    {
        Tensor y = tape.New(new Shape(rows.Count, x.Columns), x.Type);
        if (tape.Device.Launch("gather_rows", 0, 2.0 * y.Count * y.Type.Size()))
            Kernels.For(tape.Device).Gather(tape.Device, x, rows, y);
        if (!tape.Needs(x)) return y;
        y = tape.Track(y);
        tape.Record(new Node(y.Value, x.Value, x.Shape, x.Type, rows.Share()));
        return y;
    }

    private struct Node(int y, int x, Shape shape, DType type, Tensor rows) : INode
    {
        private Tensor _rows = rows;

        public void Backward(Tape tape)
        {
            using Tensor dy = tape.TakeGradient(y);
            if (!dy.Exists) return;
            Tensor dx = tape.New(shape, type);
            Accumulate.Accumulate.Fill(tape.Device, dx, 0);
            if (tape.Device.Launch("gather_rows", 0, 2.0 * dy.Count * dy.Type.Size()))
                Kernels.For(tape.Device).Scatter(tape.Device, dy, _rows, dx);
            tape.AddGradient(x, dx);
        }

        public void Free() => _rows.Dispose();
    }
}
