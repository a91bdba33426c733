// Glu · h = f(e) g, the gated half of a Llama MLP (arXiv 2002.05202; kernels.md 4.5).
//   f: silu e s(e), gelu by erf, gelu by tanh, relu     backward: dg = dh f    de = dh g f'(e)
// e, g, h [T,I]; F32 or BF16; any row pitch. fp32 inside, one rounding at the store.
// Saves e and g: f costs less to recompute than to keep. Backward writes de over e and dg over dh where nobody else reads them.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Glu;

public enum GateFunction : byte { Silu, Gelu, GeluTanh, Relu }

internal interface IGluKernel
{
    void Forward(IDevice device, in Tensor e, in Tensor g, in Tensor h, GateFunction gate);

    /// <summary>de may be e, dg may be dh: each element is read before it is written.</summary>
    void Backward(IDevice device, in Tensor dh, in Tensor e, in Tensor g, in Tensor de, in Tensor dg, GateFunction gate);
}

public static class Glu
{
    internal static readonly KernelSet<IGluKernel> Kernels = new("glu", new GluCpu());

    /// <summary>h [T,I] of the gate's and the up projection's outputs.</summary>
    public static Tensor Apply(Tape tape, in Tensor e, in Tensor g, GateFunction gate)
    {
        if (e.Rows != g.Rows || e.Columns != g.Columns || e.Type != g.Type)
            throw new ArgumentException(
                $"[glu] gate is {e.Shape} {e.Type}, up {g.Shape} {g.Type}: both come from projections to intermediate_size");
        Tensor h = tape.New(e.Shape, e.Type);
        Forward(tape.Device, e, g, h, gate);
        if (!tape.Needs(e) && !tape.Needs(g)) return h;
        h = tape.Track(h);
        tape.Record(new Node(h.Value, e.Share(), g.Share(), gate));
        return h;
    }

    /// <summary>h = f(e) g; h may be g.</summary>
    internal static void Forward(IDevice device, in Tensor e, in Tensor g, in Tensor h, GateFunction gate)
    {
        if (device.Launch("glu", 8.0 * h.Count, 3.0 * h.Count * h.Type.Size())) Kernels.For(device).Forward(device, e, g, h, gate);
    }

    /// <summary>de, which may be e, and dg, which may be dh.</summary>
    internal static void Backward(IDevice device, in Tensor dh, in Tensor e, in Tensor g, in Tensor de, in Tensor dg, GateFunction gate)
    {
        if (device.Launch("glu", 14.0 * dh.Count, 5.0 * dh.Count * dh.Type.Size()))
            Kernels.For(device).Backward(device, dh, e, g, de, dg, gate);
    }

    private struct Node(int h, Tensor e, Tensor g, GateFunction gate) : INode
    {
        private Tensor _e = e, _g = g;

        public void Backward(Tape tape)
        {
            Tensor dh = tape.TakeExclusiveGradient(h);
            if (!dh.Exists) return;
            Tensor de = _e.IsExclusive && _e.IsContiguous ? _e.Share() : tape.New(_e.Shape, _e.Type);
            Glu.Backward(tape.Device, dh, _e, _g, de, dh, gate);
            int gateValue = _e.Value, upValue = _g.Value;
            Free();
            if (gateValue != 0) tape.AddGradient(gateValue, de);
            else de.Dispose();
            if (upValue != 0) tape.AddGradient(upValue, dh);
            else dh.Dispose();
        }

        public void Free()
        {
            _e.Dispose();
            _g.Dispose();
        }
    }
}
