// Rope · rotates pairs of each head by an angle of the token's position (arXiv 2104.09864; kernels.md 4.4).
//   halves: pairs (i, i + rot/2)   interleaved: pairs (2i, 2i+1)     y0 = x0 c - x1 s   y1 = x1 c + x0 s
//   backward: the same with -s
// x [T, heads x d], overwritten; cos, sin fp32 [T, rot/2] (from integer positions, any scaling of the angles folded in);
// only the first rot dims of a head turn. F32 or BF16, fp32 inside. Saves nothing but the tables.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Rope;

public enum RopePairs : byte { Halves, Interleaved }

/// <summary>cos and sin of a batch's angles [T, rot/2], made once and used by every layer.</summary>
public sealed class RopeTable(Tensor cos, Tensor sin) : IDisposable
{
    private Tensor _cos = cos, _sin = sin;

    public ref readonly Tensor Cos => ref _cos;
    public ref readonly Tensor Sin => ref _sin;

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }
}

internal interface IRopeKernel
{
    /// <summary>Rotates x in place; <paramref name="direction"/> is 1 forward and -1 backward.</summary>
    void Rotate(IDevice device, in Tensor x, in Tensor cos, in Tensor sin, int headSize, RopePairs pairs, float direction);
}

public static class Rope
{
    internal static readonly KernelSet<IRopeKernel> Kernels = new("rope", new RopeCpu());

    /// <summary>Takes over <paramref name="x"/> (which nobody else may hold) and returns it rotated.</summary>
    public static Tensor Apply(Tape tape, Tensor x, RopeTable table, int headSize, RopePairs pairs = RopePairs.Halves)
    {
        if (x.Columns % headSize != 0 || table.Cos.Rows != x.Rows || 2 * table.Cos.Columns > headSize)
            throw new ArgumentException(
                $"[rope] input {x.Shape}, heads of {headSize}, table {table.Cos.Shape}: rows must agree, and rot/2 be at most d/2");
        if (!x.IsExclusive) throw new InvalidOperationException("[rope] turns its input in place, but somebody else holds it");
        Launch(tape.Device, x, table, headSize, pairs, 1);
        if (!tape.Needs(x)) return x;
        int before = x.Value;
        x = tape.Track(x);
        tape.Record(new Node(x.Value, before, table, headSize, pairs));
        return x;
    }

    private static void Launch(IDevice device, in Tensor x, RopeTable table, int headSize, RopePairs pairs, float direction)
    {
        if (device.Launch("rope", 3.0 * x.Count, 2.0 * x.Count * x.Type.Size()))
            Kernels.For(device).Rotate(device, x, table.Cos, table.Sin, headSize, pairs, direction);
    }

    private readonly struct Node(int y, int x, RopeTable table, int headSize, RopePairs pairs) : INode
    {
        public void Backward(Tape tape)
        {
            Tensor dy = tape.TakeExclusiveGradient(y);
            if (!dy.Exists) return;
            Launch(tape.Device, dy, table, headSize, pairs, -1);
            tape.AddGradient(x, dy);
        }

        public void Free() { }
    }
}
