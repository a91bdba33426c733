// LoraQkv · y_i = lora_linear_i(norm(x)), up to three linears that read the same normalised rows: q, k and v (kernels.md 4.11).
//   n = rms_norm(x)   u = n A_all^T, the A of all pairs on top of each other   y_i = n W_i^T + b_i + s u_i B_i^T
//   backward: all dA, dB from n first; then dn = sum of dy_i W_i + dU_all A_all over n's memory; then the norm's backward, joined with
//   what x's gradient holds already
// x [T,h], y_i [T,N_i]; F32 or BF16. Without a norm n is x.
// Saves x alone: n, its 1/rms and u are recomputed, tile by tile; dropout's masks come from the counter (seed, site, row, column).
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraQkv;

public static class LoraQkv
{
    /// <summary>The outputs of one to three linears, in order; they belong to the caller.</summary>
    public static TensorSet Apply(Tape tape, in Tensor x, NormRule? norm, ILoraLinear[] linears, in LoraPass pass)
    {
        if (linears.Length is < 1 or > 3) throw new ArgumentException($"[lora_qkv] {linears.Length} linears: a block has one to three");
        if (norm is not null) NormRows.Check("lora_qkv", x, norm);
        foreach (ILoraLinear linear in linears) LinearCheck.Fits("lora_qkv", x, linear);
        var group = new LinearGroup(linears, pass);
        var y = new TensorSet();
        for (int i = 0; i < linears.Length; i++) y[i] = tape.New(new Shape(x.Rows, linears[i].Weight.Rows), x.Type);
        Forward(tape, group, x, norm, y);
        if (!tape.Needs(x) && !group.Trains(tape) && !tape.Needs(norm?.Weight)) return y;
        for (int i = 0; i < linears.Length; i++) y[i] = tape.Track(y[i]);
        group.Use(tape);
        tape.Use(norm?.Weight);
        tape.Record(new Node((y[0].Value, y[1].Value, y[2].Value), x.Share(), norm, linears, pass));
        return y;
    }

    private static void Forward(Tape tape, LinearGroup group, in Tensor x, NormRule? norm, in TensorSet y)
    {
        for (long row = 0; row < x.Rows; row += LinearGroup.TileRows)
        {
            long count = Math.Min(LinearGroup.TileRows, x.Rows - row);
            using Tensor xRows = x.RowRange(row, count);
            using Tensor n = norm is null ? xRows.Share() : NormRows.Forward(tape, xRows, norm);
            using TensorSet yRows = y.RowRange(row, count);
            group.Forward(tape, n, yRows, 0, row);
        }
    }

    private struct Node((int First, int Second, int Third) y, Tensor x, NormRule? norm, ILoraLinear[] linears, LoraPass pass) : INode
    {
        private Tensor _x = x;

        public void Backward(Tape tape)
        {
            using TensorSet dy = Take(tape);
            var group = new LinearGroup(linears, pass);
            if (dy[0].Exists || dy[1].Exists || dy[2].Exists) Gradients(tape, group, dy);
            group.Contributed(tape);
            if (tape.Needs(norm?.Weight)) tape.Contributed(norm!.Weight);
        }

        private readonly TensorSet Take(Tape tape)
        {
            var dy = new TensorSet();
            dy[0] = tape.TakeGradient(y.First);
            if (linears.Length > 1) dy[1] = tape.TakeGradient(y.Second);
            if (linears.Length > 2) dy[2] = tape.TakeGradient(y.Third);
            return dy;
        }

        private readonly void Gradients(Tape tape, LinearGroup group, in TensorSet dy)
        {
            float beta = 0;
            Tensor dx = _x.Value == 0 ? default : tape.GradientTarget(_x, out beta);
            for (long row = 0; row == 0 || row < _x.Rows; row += LinearGroup.TileRows) // no rows: gradients of zero
            {
                long count = Math.Min(LinearGroup.TileRows, _x.Rows - row);
                using Tensor xRows = _x.RowRange(row, count), dxRows = dx.Exists ? dx.RowRange(row, count) : default;
                using TensorSet dyRows = dy.RowRange(row, count);
                if (norm is null) group.Backward(tape, xRows, dyRows, dxRows, beta, row);
                else Normed(tape, group, xRows, dyRows, dxRows, beta, row);
            }
        }

        private readonly void Normed(Tape tape, LinearGroup group, in Tensor x, in TensorSet dy, in Tensor dx, float beta, long row)
        {
            using Tensor rstd = tape.Workspace(new Shape(x.Rows), DType.F32), n = NormRows.Forward(tape, x, norm!, rstd);
            bool through = dx.Exists || tape.Needs(norm!.Weight);
            group.Backward(tape, n, dy, through ? n : default, 0, row);
            if (through) NormRows.Backward(tape, n, x, rstd, norm!, beta == 0 ? default : dx, dx.Exists ? dx : n);
        }

        public void Free() => _x.Dispose();
    }
}
