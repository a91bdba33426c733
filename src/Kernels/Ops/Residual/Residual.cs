// Residual · y = y + residual, where a branch joins the stream.
//   backward: both get the gradient of y, sharing one buffer
// y, residual [T,h] of one type; y is overwritten (it is a branch's fresh output); one rounding. Saves nothing.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Residual;

public static class Residual
{
    /// <summary>Takes over <paramref name="y"/>, which nobody else may hold, and returns the sum in its memory.</summary>
    public static Tensor Add(Tape tape, Tensor y, in Tensor residual)
    {
        if (!y.IsExclusive) throw new InvalidOperationException("[residual] adds in place, but somebody else holds the branch's output");
        Accumulate.Accumulate.Add(tape.Device, residual, y);
        if (!tape.Needs(y) && !tape.Needs(residual)) return y;
        int before = y.Value;
        y = tape.Track(y);
        tape.Record(new Node(y.Value, before, residual.Value));
        return y;
    }

    private readonly struct Node(int sum, int y, int residual) : INode
    {
        public void Backward(Tape tape)
        {
            Tensor gradient = tape.TakeGradient(sum);
            if (!gradient.Exists) return;
            if (y != 0) tape.AddGradient(y, gradient.Share());
            if (residual != 0) tape.AddGradient(residual, gradient.Share());
            gradient.Dispose();
        }

        public void Free() { }
    }
}
