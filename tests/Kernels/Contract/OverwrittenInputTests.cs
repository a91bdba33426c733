// Backward may write over what the op saved and over the gradient that it takes, but only where nobody else reads them.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Glu;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class OverwrittenInputTests : IDisposable
{
    private const int Rows = 5, Columns = 19;
    private static readonly long Bytes = Rows * Columns * sizeof(float);

    private readonly CpuDevice _device = new();

    [Fact]
    public void Backward_in_place_asks_for_no_memory()
    {
        Tape tape = Forward(out Tensor gate, out Tensor up, out int output);
        (int gateValue, int upValue) = (gate.Value, up.Value);
        gate.Dispose();
        up.Dispose();
        tape.AddGradient(output, Filled(2));
        _device.Memory.Ledger.ResetPeak();
        long before = _device.Memory.Ledger.Live;
        tape.RunBack();
        Assert.Equal(before, _device.Memory.Ledger.Peak);
        Assert.Equal(Expected(), Gradients(tape, gateValue, upValue));
        tape.Reset();
        Assert.Equal(0, _device.Memory.Ledger.Live);
    }

    [Fact]
    public void An_input_that_somebody_holds_keeps_its_numbers()
    {
        Tape tape = Forward(out Tensor gate, out Tensor up, out int output);
        float[] gateBefore = _device.ToArray<float>(gate), upBefore = _device.ToArray<float>(up);
        tape.AddGradient(output, Filled(2));
        _device.Memory.Ledger.ResetPeak();
        long before = _device.Memory.Ledger.Live;
        tape.RunBack();
        Assert.Equal(before + Bytes, _device.Memory.Ledger.Peak);
        Assert.Equal(gateBefore, _device.ToArray<float>(gate));
        Assert.Equal(upBefore, _device.ToArray<float>(up));
        Assert.Equal(Expected(), Gradients(tape, gate.Value, up.Value));
    }

    [Fact]
    public void A_gradient_that_somebody_holds_keeps_its_numbers()
    {
        Tape tape = Forward(out _, out _, out int output);
        using Tensor held = Filled(2);
        float[] before = _device.ToArray<float>(held);
        tape.AddGradient(output, held.Share());
        tape.RunBack();
        Assert.Equal(before, _device.ToArray<float>(held));
    }

    /// <summary>Records h = silu(gate) up; the output itself is gone, as in a model.</summary>
    private Tape Forward(out Tensor gate, out Tensor up, out int output)
    {
        var tape = new Tape(_device);
        gate = tape.Track(Filled(0));
        up = tape.Track(Filled(1));
        using Tensor h = Glu.Apply(tape, gate, up, GateFunction.Silu);
        output = h.Value;
        return tape;
    }

    private Tensor Filled(int seed)
    {
        var random = new Random(seed);
        var values = new float[Rows * Columns];
        for (int i = 0; i < values.Length; i++) values[i] = (float)random.NextDouble() - 0.5f;
        return _device.From(values, new Shape(Rows, Columns), Category.Activations);
    }

    private float[][] Gradients(Tape tape, int gate, int up)
    {
        using Tensor gateGradient = tape.TakeGradient(gate), upGradient = tape.TakeGradient(up);
        return [Rounded(_device.ToArray<float>(gateGradient)), Rounded(_device.ToArray<float>(upGradient))];
    }

    /// <summary>The formula of swiglu's backward, in double.</summary>
    private float[][] Expected()
    {
        using Tensor gate = Filled(0), up = Filled(1), gradient = Filled(2);
        float[] e = _device.ToArray<float>(gate), g = _device.ToArray<float>(up), dh = _device.ToArray<float>(gradient);
        var de = new float[e.Length];
        var dg = new float[e.Length];
        for (int i = 0; i < e.Length; i++)
        {
            double s = 1 / (1 + Math.Exp(-e[i]));
            de[i] = (float)(dh[i] * g[i] * s * (1 + e[i] * (1 - s)));
            dg[i] = (float)(dh[i] * e[i] * s);
        }
        return [Rounded(de), Rounded(dg)];
    }

    /// <summary>Five digits after the point: fp32 against double.</summary>
    private static float[] Rounded(float[] values) => Array.ConvertAll(values, value => MathF.Round(value, 5) + 0f);

    public void Dispose() => _device.Dispose();
}
