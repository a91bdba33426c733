// A gated MLP with its norm: a stretch that treats every row by itself.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Glu;
using FastTune.Kernels.Ops.Linear;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Tests.Kernels.Contract;

internal sealed class TinyMlp : ISegment, IDisposable
{
    public const int Width = 24, Inner = 56;

    private readonly Weight _gate, _up, _down;

    public TinyMlp(IDevice device)
    {
        Norm = new Parameter("norm", Ramp(device, 1, Width), true);
        _gate = new Weight(new Parameter("gate", Ramp(device, Inner, Width), true));
        _up = new Weight(new Parameter("up", Ramp(device, Inner, Width), true));
        _down = new Weight(new Parameter("down", Ramp(device, Width, Inner), true));
    }

    public Parameter Norm { get; }

    public IReadOnlyList<Parameter> Parameters => [Norm, _gate.Dense!, _up.Dense!, _down.Dense!];

    public bool Trains => true;

    public Tensor Forward(Tape tape, in Tensor input)
    {
        using Tensor normed = RmsNorm.Norm(tape, input, Norm, 1e-5f);
        using Tensor gate = Linear.Apply(tape, normed, _gate), up = Linear.Apply(tape, normed, _up);
        using Tensor inner = Glu.Apply(tape, gate, up, GateFunction.Silu);
        return Linear.Apply(tape, inner, _down);
    }

    /// <summary>Numbers between -0.5 and 0.5 without a pattern by rows.</summary>
    public static Tensor Ramp(IDevice device, long rows, long columns)
    {
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++) values[i] = (i * 37L + i / 11) % 101 / 101f - 0.5f;
        return device.From(values, rows == 1 ? new Shape(columns) : new Shape(rows, columns), Category.Activations);
    }

    public void Dispose()
    {
        foreach (Parameter parameter in Parameters) parameter.Dispose();
    }
}
