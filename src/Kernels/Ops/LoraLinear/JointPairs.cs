// The pairs of several linears as one: their A on top of each other, their u and dU side by side.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Ops.Matmul;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraLinear;

/// <summary>A_all [R, K] and one tile's u_all (forward) or dU_all (backward) [rows, R], R the sum of the ranks.</summary>
internal readonly ref struct JointPairs(Tensor a, Tensor dU)
{
    private readonly Tensor _a = a, _dU = dU;

    /// <summary>u_all = x A_all^T of a forward tile, in the place of dU.</summary>
    public static JointPairs Down(Tape tape, LinearGroup group, in Tensor x)
    {
        Tensor a = Stack(tape, group, x.Columns);
        return new JointPairs(a, Down(tape, x, a));
    }

    /// <summary>y += s u B^T (+ s bias) for each pair of one linear, with its columns of u.</summary>
    public void Up(Tape tape, LinearGroup group, int linear, in Tensor y)
    {
        long column = 0;
        for (int i = 0; i <= linear; i++)
            for (int p = 0; p < group.Pairs(group[i]); p++)
            {
                LoraPair pair = group[i].Pair(p);
                using Tensor part = Next(_dU, pair, ref column);
                if (i < linear) continue;
                Matmul.Matmul.Run(tape.Device, Operand.Of(part), Operand.Of(pair.B.Value, transposed: true), y, pair.Scale, beta: 1);
                PairBias.Add(tape, pair, y);
            }
    }

    /// <summary>Adds dB, dA and the biases' gradients; what is left serves <see cref="InputGradient"/>.</summary>
    public static JointPairs Gradients(Tape tape, LinearGroup group, in Tensor x, in TensorSet dy)
    {
        long rows = x.Exists ? x.Rows : FirstOf(dy).Rows;
        Tensor a = Stack(tape, group, group[0].Weight.Columns);
        Tensor dU = tape.Workspace(new Shape(rows, a.Rows), DType.F32);
        using (Tensor u = x.Exists ? Down(tape, x, a) : default) Second(tape, group, u, dU, dy);
        if (x.Exists) First(tape, group, x, dU);
        return new JointPairs(a, dU);
    }

    /// <summary>dx += dU_all A_all.</summary>
    public void InputGradient(Tape tape, in Tensor dx) => Matmul.Matmul.Run(tape.Device, Operand.Of(_dU), Operand.Of(_a), dx, beta: 1);

    public void Dispose()
    {
        _a.Dispose();
        _dU.Dispose();
    }

    /// <summary>Each pair's dU = s dy B to its columns, and dB += s dy^T u.</summary>
    private static void Second(Tape tape, LinearGroup group, in Tensor u, in Tensor dU, in TensorSet dy)
    {
        long column = 0, uColumn = 0;
        for (int i = 0; i < group.Count; i++)
            for (int p = 0; p < group.Pairs(group[i]); p++)
            {
                LoraPair pair = group[i].Pair(p);
                using Tensor mine = Next(dU, pair, ref column), left = u.Exists ? Next(u, pair, ref uColumn) : default;
                if (!dy[i].Exists)
                {
                    Accumulate.Accumulate.Fill(tape.Device, mine, 0);
                    continue;
                }
                PairBias.Gradient(tape, pair, dy[i]);
                Matmul.Matmul.Run(tape.Device, Operand.Of(dy[i]), Operand.Of(pair.B.Value), mine, pair.Scale);
                if (!tape.Needs(pair.B)) continue;
                Tensor dB = tape.GradientTarget(pair.B, out float beta);
                Matmul.Matmul.Run(tape.Device, Operand.Of(dy[i], transposed: true), Operand.Of(left), dB, pair.Scale, beta);
            }
    }

    /// <summary>dA_all = dU_all^T x; each pair adds its rows.</summary>
    private static void First(Tape tape, LinearGroup group, in Tensor x, in Tensor dU)
    {
        using Tensor all = tape.Workspace(new Shape(dU.Columns, x.Columns), DType.F32);
        Matmul.Matmul.Run(tape.Device, Operand.Of(dU, transposed: true), Operand.Of(x), all);
        long row = 0;
        for (int i = 0; i < group.Count; i++)
            for (int p = 0; p < group.Pairs(group[i]); p++)
            {
                LoraPair pair = group[i].Pair(p);
                using Tensor mine = all.RowRange(row, pair.A.Shape.Rows);
                row += pair.A.Shape.Rows;
                if (!tape.Needs(pair.A)) continue;
                Tensor dA = tape.GradientTarget(pair.A, out float beta);
                if (beta == 0) Accumulate.Accumulate.Copy(tape.Device, mine, dA);
                else Accumulate.Accumulate.Add(tape.Device, mine, dA);
            }
    }

    private static Tensor Stack(Tape tape, LinearGroup group, long columns)
    {
        long ranks = 0, row = 0;
        for (int i = 0; i < group.Count; i++)
            for (int p = 0; p < group.Pairs(group[i]); p++) ranks += group[i].Pair(p).A.Shape.Rows;
        Tensor all = tape.Workspace(new Shape(ranks, columns), DType.F32);
        for (int i = 0; i < group.Count; i++)
            for (int p = 0; p < group.Pairs(group[i]); p++)
            {
                Parameter a = group[i].Pair(p).A;
                using Tensor mine = all.RowRange(row, a.Shape.Rows);
                Accumulate.Accumulate.Copy(tape.Device, a.Value, mine);
                row += a.Shape.Rows;
            }
        return all;
    }

    private static Tensor Down(Tape tape, in Tensor x, in Tensor a)
    {
        Tensor u = tape.Workspace(new Shape(x.Rows, a.Rows), DType.F32);
        Matmul.Matmul.Run(tape.Device, Operand.Of(x), Operand.Of(a, transposed: true), u);
        return u;
    }

    private static Tensor Next(in Tensor whole, LoraPair pair, ref long column)
    {
        Tensor part = whole.ColumnRange(column, pair.A.Shape.Rows);
        column += pair.A.Shape.Rows;
        return part;
    }

    private static Tensor FirstOf(in TensorSet dy) => dy[0].Exists ? dy[0] : dy[1].Exists ? dy[1] : dy[2];
}
