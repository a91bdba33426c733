// LoraLinear · y = x W^T + b + sum over pairs of s drop(x) A^T B^T (+ residual), a linear with its low-rank pairs (kernels.md 4.11).
//   backward, u = drop(x) A^T and dU = s dy B:   dB = s dy^T u   dA = dU^T drop(x)   dx = dy W + drop'(dU A)   dW = dy^T x   db = sum of dy
//   the residual gets dy itself
// x [T,K], W [N,K] dense or in a stored form, b [N] fp32, A [r,K], B [N,r]; y and residual [T,N] in x's type; F32 or BF16; any row pitch.
// Saves x if W or a pair trains, else nothing: u is recomputed, masks come from the counter (seed, site, row, column). Works tile by tile.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraLinear;

public static class LoraLinear
{
    /// <summary>y [T,N] of x [T,K]; <paramref name="residual"/> may be no tensor.</summary>
    public static Tensor Apply(Tape tape, in Tensor x, ILoraLinear linear, in LoraPass pass, in Tensor residual = default)
    {
        LinearCheck.Fits("lora_linear", x, linear);
        if (residual.Exists && (residual.Rows != x.Rows || residual.Columns != linear.Weight.Rows || residual.Type != x.Type))
            throw new ArgumentException(
                $"[lora_linear] residual is {residual.Shape} {residual.Type}, the result [{x.Rows}, {linear.Weight.Rows}] {x.Type}: they must match");
        var group = new LinearGroup(new ReadOnlySpan<ILoraLinear>(in linear), pass);
        Tensor y = tape.New(new Shape(x.Rows, linear.Weight.Rows), x.Type);
        if (residual.Exists) Accumulate.Accumulate.Copy(tape.Device, residual, y);
        Forward(tape, group, x, y, residual.Exists ? 1 : 0);
        bool trains = group.Trains(tape);
        if (!trains && !tape.Needs(x) && !tape.Needs(residual)) return y;
        y = tape.Track(y);
        group.Use(tape);
        Tensor saved = group.NeedsInput(tape) ? x.Share() : default;
        tape.Record(new Node(y.Value, saved, x.Value, x.Shape, x.Type, residual.Value, linear, pass));
        return y;
    }

    private static void Forward(Tape tape, LinearGroup group, in Tensor x, in Tensor y, float beta)
    {
        TensorSet whole = TensorSet.Of(y);
        for (long row = 0; row < x.Rows; row += LinearGroup.TileRows)
        {
            long count = Math.Min(LinearGroup.TileRows, x.Rows - row);
            using Tensor xRows = x.RowRange(row, count);
            using TensorSet yRows = whole.RowRange(row, count);
            group.Forward(tape, xRows, yRows, beta, row);
        }
    }

    private struct Node(
        int y, Tensor x, int input, Shape inputShape, DType inputType, int residual, ILoraLinear linear, LoraPass pass) : INode
    {
        private readonly ILoraLinear _linear = linear;
        private Tensor _x = x;

        public void Backward(Tape tape)
        {
            using Tensor dy = tape.TakeGradient(y);
            var group = new LinearGroup(new ReadOnlySpan<ILoraLinear>(in _linear), pass);
            if (dy.Exists) Gradients(tape, group, dy);
            group.Contributed(tape);
        }

        private readonly void Gradients(Tape tape, LinearGroup group, in Tensor dy)
        {
            if (residual != 0) tape.AddGradient(residual, dy.Share());
            float beta = 0;
            Tensor dx = input == 0 ? default : tape.GradientTarget(input, inputShape, inputType, out beta);
            TensorSet whole = TensorSet.Of(dy);
            for (long row = 0; row == 0 || row < dy.Rows; row += LinearGroup.TileRows) // no rows: gradients of zero
            {
                long count = Math.Min(LinearGroup.TileRows, dy.Rows - row);
                using Tensor xRows = _x.Exists ? _x.RowRange(row, count) : default, dxRows = dx.Exists ? dx.RowRange(row, count) : default;
                using TensorSet dyRows = whole.RowRange(row, count);
                group.Backward(tape, xRows, dyRows, dxRows, beta, row);
            }
        }

        public void Free() => _x.Dispose();
    }
}
