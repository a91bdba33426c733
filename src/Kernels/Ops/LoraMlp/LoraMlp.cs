// LoraMlp · y = x + down(f(gate n) * up n), n = rms_norm(x): a layer's gated MLP with its norm and residual (kernels.md 4.11).
//   backward, tile of rows by tile: n and, where they were not kept, e = gate n and g = up n again; hh = f(e) g; down's gradients from hh
//   and dy; dh over hh; (dh, e, g) become (dg, de) in place; gate's and up's gradients from n; dn over n; dx = dy + norm's backward over dy
// x, y [T,h]; F32 or BF16; gate, up [I,h], down [h,I] linears with their low-rank pairs.
// Saves x, e, g; or x alone, e and g being recomputed. Never saved: n, hh, u, the down projection's output, dropout's masks.
// At the end of a stretch that is recomputed nothing is computed but in backward: the result has been read already.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.LoraMlp;

public static class LoraMlp
{
    /// <summary>y [T,h] of x [T,h].</summary>
    /// <param name="keepInner">Whether e and g [T,I] stay for backward.</param>
    /// <param name="endsStretch">The result is that of the recomputed stretch that the op lies in, if it lies in one.</param>
    public static Tensor Apply(Tape tape, in Tensor x, MlpParts parts, in LoraPass pass, bool keepInner = true, bool endsStretch = false)
    {
        parts.Check(x);
        bool needs = tape.Needs(x) || Trains(tape, parts, pass);
        if (needs && endsStretch && tape.Recomputing) return Record(tape, tape.New(new Shape(0, x.Columns), x.Type), x, default, default, parts, pass);
        Tensor y = tape.New(x.Shape, x.Type);
        Tensor e = default, g = default;
        if (needs && keepInner) (e, g) = (tape.New(parts.InnerShape(x.Rows), x.Type), tape.New(parts.InnerShape(x.Rows), x.Type));
        Accumulate.Accumulate.Copy(tape.Device, x, y);
        for (long row = 0; row < x.Rows; row += LinearGroup.TileRows)
        {
            long count = Math.Min(LinearGroup.TileRows, x.Rows - row);
            using Tensor xRows = x.RowRange(row, count), yRows = y.RowRange(row, count);
            using Tensor eRows = Rows(tape, e, parts, row, count, x.Type), gRows = Rows(tape, g, parts, row, count, x.Type);
            MlpTile.Forward(tape, parts, pass, row, xRows, eRows, gRows, yRows, mayOverwrite: !e.Exists);
        }
        return needs ? Record(tape, y, x, e, g, parts, pass) : y;
    }

    private static Tensor Record(Tape tape, Tensor y, in Tensor x, Tensor e, Tensor g, MlpParts parts, in LoraPass pass)
    {
        y = tape.Track(y);
        parts.InnerGroup(pass).Use(tape);
        parts.DownGroup(pass).Use(tape);
        tape.Use(parts.Norm?.Weight);
        tape.Record(new Node(y.Value, x.Share(), e, g, parts, pass));
        return y;
    }

    private static bool Trains(Tape tape, MlpParts parts, in LoraPass pass) =>
        parts.InnerGroup(pass).Trains(tape) || parts.DownGroup(pass).Trains(tape) || tape.Needs(parts.Norm?.Weight);

    /// <summary>A tile of what was kept, or scratch of its size.</summary>
    private static Tensor Rows(Tape tape, in Tensor kept, MlpParts parts, long row, long count, DType type) =>
        kept.Exists ? kept.RowRange(row, count) : tape.Workspace(parts.InnerShape(count), type);

    private struct Node(int y, Tensor x, Tensor e, Tensor g, MlpParts parts, LoraPass pass) : INode
    {
        private Tensor _x = x, _e = e, _g = g;

        public void Backward(Tape tape)
        {
            Tensor dy = tape.TakeExclusiveGradient(y);
            if (dy.Exists)
            {
                for (long row = 0; row == 0 || row < _x.Rows; row += LinearGroup.TileRows) // no rows: gradients of zero
                    Tile(tape, dy, row, Math.Min(LinearGroup.TileRows, _x.Rows - row));
            }
            parts.InnerGroup(pass).Contributed(tape);
            parts.DownGroup(pass).Contributed(tape);
            if (tape.Needs(parts.Norm?.Weight)) tape.Contributed(parts.Norm!.Weight);
            if (dy.Exists && _x.Value != 0) tape.AddGradient(_x.Value, dy);
            else dy.Dispose();
        }

        private readonly void Tile(Tape tape, in Tensor dy, long row, long count)
        {
            using Tensor x = _x.RowRange(row, count), dyRows = dy.RowRange(row, count);
            using Tensor e = Rows(tape, _e, parts, row, count, _x.Type), g = Rows(tape, _g, parts, row, count, _x.Type);
            MlpTile.Backward(tape, parts, pass, row, x, e, g, dyRows, recompute: !_e.Exists, through: _x.Value != 0);
        }

        public void Free()
        {
            _x.Dispose();
            _e.Dispose();
            _g.Dispose();
        }
    }
}
