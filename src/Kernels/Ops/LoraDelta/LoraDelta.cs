// LoraDelta · y += s drop(x) A^T B^T, the low-rank update of a linear (arXiv 2106.09685; kernels.md 4.11).
//   u = drop(x) A^T     dU = s dy B   dA = dU^T drop(x)   dB = s dy^T u   dx += drop'(dU A)   dy passes on to the base linear
//   with a bias of B: y += s bias, dbias = s sum over rows of dy
// y [T,N] (overwritten), x [T,K], A [r,K], B [N,r], bias [N] fp32 (masters); u and dU fp32 [T,r]. s = alpha / r, or alpha / sqrt(r).
// Saves x (shared with its other readers) and u. Dropped elements come from the counter (seed, op, row, column), never stored.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraDelta;

/// <summary>A pair of low-rank matrices with its factor, and perhaps a bias of B [N], which is scaled too.</summary>
public sealed record LoraPair(Parameter A, Parameter B, float Scale, Parameter? Bias = null)
{
    public IEnumerable<Parameter> Parameters => Bias is null ? [A, B] : [A, B, Bias];
}

public static class LoraDelta
{
    /// <summary>Takes over <paramref name="y"/> and returns it with the update added.</summary>
    public static Tensor Add(Tape tape, Tensor y, in Tensor x, LoraPair pair, in Dropout.DropoutKey drop = default)
    {
        Check(y, x, pair);
        using Tensor kept = Dropout.Dropout.Mask(tape, x, drop);
        Tensor u = tape.New(new Shape(x.Rows, pair.A.Shape.Rows), DType.F32);
        Matmul.Matmul.Run(tape.Device, Operand.Of(kept), Operand.Of(pair.A.Value, transposed: true), u);
        Matmul.Matmul.Run(tape.Device, Operand.Of(u), Operand.Of(pair.B.Value, transposed: true), y, pair.Scale, beta: 1);
        if (pair.Bias is not null) AddBias(tape, y, pair);
        bool trains = tape.Needs(pair.A) || tape.Needs(pair.B) || tape.Needs(pair.Bias);
        if (!trains && !tape.Needs(x) && !tape.Needs(y))
        {
            u.Dispose();
            return y;
        }
        int before = y.Value;
        y = tape.Track(y);
        tape.Use(pair.A);
        tape.Use(pair.B);
        tape.Use(pair.Bias);
        tape.Record(new Node(y.Value, before, x.Share(), u, pair, drop));
        return y;
    }

    /// <summary>y += s (column of ones) bias: an outer product, so that matmul is all it needs.</summary>
    private static void AddBias(Tape tape, in Tensor y, LoraPair pair)
    {
        using Tensor ones = Ones(tape, y.Rows, 1);
        using Tensor bias = pair.Bias!.Value.Reshape(new Shape(1, y.Columns));
        Matmul.Matmul.Run(tape.Device, Operand.Of(ones), Operand.Of(bias), y, pair.Scale, beta: 1);
    }

    private static Tensor Ones(Tape tape, long rows, long columns)
    {
        Tensor ones = tape.Workspace(new Shape(rows, columns), DType.F32);
        Accumulate.Accumulate.Fill(tape.Device, ones, 1);
        return ones;
    }

    private static void Check(in Tensor y, in Tensor x, LoraPair pair)
    {
        if (pair.A.Shape.Columns == x.Columns && pair.B.Shape.Rows == y.Columns && pair.A.Shape.Rows == pair.B.Shape.Columns) return;
        throw new ArgumentException(
            $"[lora_delta] {pair.A.Name} {pair.A.Shape} and {pair.B.Name} {pair.B.Shape} do not fit a linear from {x.Columns} to {y.Columns}");
    }

    private struct Node(int y, int baseOutput, Tensor x, Tensor u, LoraPair pair, Dropout.DropoutKey drop) : INode
    {
        private Tensor _x = x, _u = u;

        public void Backward(Tape tape)
        {
            Tensor dy = tape.TakeGradient(y);
            if (dy.Exists) Gradients(tape, dy);
            if (tape.Needs(pair.A)) tape.Contributed(pair.A);
            if (tape.Needs(pair.B)) tape.Contributed(pair.B);
            if (tape.Needs(pair.Bias)) tape.Contributed(pair.Bias!);
            if (dy.Exists && baseOutput != 0) tape.AddGradient(baseOutput, dy);
            else dy.Dispose();
        }

        private readonly void Gradients(Tape tape, in Tensor dy)
        {
            if (tape.Needs(pair.Bias)) BiasGradient(tape, dy);
            using Tensor dU = tape.Workspace(_u.Shape, DType.F32);
            Matmul.Matmul.Run(tape.Device, Operand.Of(dy), Operand.Of(pair.B.Value), dU, pair.Scale);
            if (tape.Needs(pair.B))
            {
                Tensor dB = tape.GradientTarget(pair.B, out float beta);
                Matmul.Matmul.Run(tape.Device, Operand.Of(dy, transposed: true), Operand.Of(_u), dB, pair.Scale, beta);
            }
            if (tape.Needs(pair.A))
            {
                using Tensor kept = Dropout.Dropout.Mask(tape, _x, drop);
                Tensor dA = tape.GradientTarget(pair.A, out float beta);
                Matmul.Matmul.Run(tape.Device, Operand.Of(dU, transposed: true), Operand.Of(kept), dA, beta: beta);
            }
            if (_x.Value != 0) InputGradient(tape, dU);
        }

        private readonly void BiasGradient(Tape tape, in Tensor dy)
        {
            using Tensor ones = Ones(tape, 1, dy.Rows);
            using Tensor dBias = tape.GradientTarget(pair.Bias!, out float beta).Reshape(new Shape(1, dy.Columns));
            Matmul.Matmul.Run(tape.Device, Operand.Of(ones), Operand.Of(dy), dBias, pair.Scale, beta);
        }

        private readonly void InputGradient(Tape tape, in Tensor dU)
        {
            if (!drop.Drops)
            {
                Tensor dx = tape.GradientTarget(_x, out float beta);
                Matmul.Matmul.Run(tape.Device, Operand.Of(dU), Operand.Of(pair.A.Value), dx, beta: beta);
                return;
            }
            using Tensor whole = tape.Workspace(_x.Shape, _x.Type);
            Matmul.Matmul.Run(tape.Device, Operand.Of(dU), Operand.Of(pair.A.Value), whole);
            tape.AddGradient(_x.Value, Dropout.Dropout.Mask(tape, whole, drop));
        }

        public void Free()
        {
            _x.Dispose();
            _u.Dispose();
        }
    }
}
