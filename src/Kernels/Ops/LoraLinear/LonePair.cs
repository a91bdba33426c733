// One low-rank pair on a tile of rows: its part of y, its gradients, its part of dx.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Dropout;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraLinear;

/// <param name="Rows">x [rows, K] for the parameters' gradients, dx for the input's.</param>
internal readonly record struct LonePair(LoraPair Pair, DropoutKey Key, Tensor Rows, Tensor DY)
{
    /// <summary>y += s drop(x) A^T B^T (+ s bias).</summary>
    public static void Forward(Tape tape, LoraPair pair, in DropoutKey key, in Tensor x, in Tensor y)
    {
        using Tensor u = Down(tape, pair, key, x);
        Matmul.Matmul.Run(tape.Device, Operand.Of(u), Operand.Of(pair.B.Value, transposed: true), y, pair.Scale, beta: 1);
        PairBias.Add(tape, pair, y);
    }

    /// <summary>dB += s dy^T u, dA += (s dy B)^T drop(x), and the bias's.</summary>
    public static void Gradients(Tape tape, in LonePair work)
    {
        LoraPair pair = work.Pair;
        PairBias.Gradient(tape, pair, work.DY);
        if (tape.Needs(pair.B))
        {
            using Tensor u = Down(tape, pair, work.Key, work.Rows);
            Tensor dB = tape.GradientTarget(pair.B, out float beta);
            Matmul.Matmul.Run(tape.Device, Operand.Of(work.DY, transposed: true), Operand.Of(u), dB, pair.Scale, beta);
        }
        if (!tape.Needs(pair.A)) return;
        using Tensor kept = Dropout.Dropout.Mask(tape, work.Rows, work.Key), dU = work.RankGradient(tape);
        Tensor dA = tape.GradientTarget(pair.A, out float existing);
        Matmul.Matmul.Run(tape.Device, Operand.Of(dU, transposed: true), Operand.Of(kept), dA, beta: existing);
    }

    /// <summary>dx += drop'(s dy B A).</summary>
    public static void InputGradient(Tape tape, in LonePair work)
    {
        using Tensor dU = work.RankGradient(tape);
        Operand a = Operand.Of(work.Pair.A.Value);
        if (!work.Key.Drops)
        {
            Matmul.Matmul.Run(tape.Device, Operand.Of(dU), a, work.Rows, beta: 1);
            return;
        }
        using Tensor whole = tape.Workspace(work.Rows.Shape, work.Rows.Type);
        Matmul.Matmul.Run(tape.Device, Operand.Of(dU), a, whole);
        using Tensor kept = Dropout.Dropout.Mask(tape, whole, work.Key);
        Accumulate.Accumulate.Add(tape.Device, kept, work.Rows);
    }

    private static Tensor Down(Tape tape, LoraPair pair, in DropoutKey key, in Tensor x)
    {
        using Tensor kept = Dropout.Dropout.Mask(tape, x, key);
        Tensor u = tape.Workspace(new Shape(x.Rows, pair.A.Shape.Rows), DType.F32);
        Matmul.Matmul.Run(tape.Device, Operand.Of(kept), Operand.Of(pair.A.Value, transposed: true), u);
        return u;
    }

    private Tensor RankGradient(Tape tape)
    {
        Tensor dU = tape.Workspace(new Shape(DY.Rows, Pair.B.Shape.Columns), DType.F32);
        Matmul.Matmul.Run(tape.Device, Operand.Of(DY), Operand.Of(Pair.B.Value), dU, Pair.Scale);
        return dU;
    }
}
