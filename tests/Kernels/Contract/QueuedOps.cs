// Two ops for the queued device: one of known shape, one whose row count only the device knows.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;

namespace FastTune.Tests.Kernels.Contract;

internal static unsafe class QueuedOps
{
    /// <summary>y = factor x; backward dx = beta dx + factor dy.</summary>
    public static Tensor Scale(Tape tape, in Tensor x, float factor)
    {
        Tensor y = tape.New(x.Shape, x.Type);
        Enqueue(tape, x, y, factor, beta: 0, rows: default);
        return Record(tape, x, y, factor, rows: default);
    }

    /// <summary>The first <paramref name="rows"/>[0] rows of x times factor, zeros below: the host knows only how many there may be.</summary>
    public static Tensor ScaleRows(Tape tape, in Tensor x, in Tensor rows, float factor)
    {
        Tensor y = tape.New(x.Shape, x.Type);
        Enqueue(tape, x, y, factor, beta: 0, rows);
        return Record(tape, x, y, factor, rows.Share());
    }

    /// <summary>[1] I32: how many of <paramref name="labels"/> are not negative.</summary>
    public static Tensor CountLabelled(Tape tape, in Tensor labels)
    {
        Tensor count = tape.New(new Shape(1), DType.I32);
        (nint from, nint to, long length) = (labels.Address, count.Address, labels.Count);
        ((QueuedDevice)tape.Device).Enqueue(() =>
        {
            *(int*)to = 0;
            for (long i = 0; i < length; i++) *(int*)to += ((int*)from)[i] >= 0 ? 1 : 0;
        });
        return count;
    }

    private static Tensor Record(Tape tape, in Tensor x, Tensor y, float factor, Tensor rows)
    {
        if (!tape.Needs(x))
        {
            rows.Dispose();
            return y;
        }
        y = tape.Track(y);
        tape.Record(new Node(y.Value, x.Value, x.Shape, factor, rows));
        return y;
    }

    private static void Enqueue(Tape tape, in Tensor x, in Tensor y, float factor, float beta, in Tensor rows)
    {
        (nint from, nint to, nint known, long columns, long all) =
            (x.Address, y.Address, rows.Exists ? rows.Address : 0, x.Columns, x.Rows);
        ((QueuedDevice)tape.Device).Enqueue(() =>
        {
            long count = known == 0 ? all : *(int*)known;
            for (long i = 0; i < all * columns; i++)
            {
                float value = i < count * columns ? factor * ((float*)from)[i] : 0;
                ((float*)to)[i] = beta == 0 ? value : beta * ((float*)to)[i] + value;
            }
        });
    }

    private struct Node(int y, int x, Shape shape, float factor, Tensor rows) : INode
    {
        private Tensor _rows = rows;

        public void Backward(Tape tape)
        {
            using Tensor dy = tape.TakeGradient(y);
            if (!dy.Exists) return;
            Tensor dx = tape.GradientTarget(x, shape, DType.F32, out float beta);
            Enqueue(tape, dy, dx, factor, beta, _rows);
        }

        public void Free() => _rows.Dispose();
    }
}
