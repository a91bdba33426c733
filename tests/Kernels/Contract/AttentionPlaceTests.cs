// Attention's backward writes gradients over inputs that nobody else holds; the bits are those of separate memory.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class AttentionPlaceTests : IDisposable
{
    private const int Tokens = 600, Heads = 4, KeyHeads = 2, HeadSize = 16;

    private readonly CpuDevice _device = new();

    [Fact]
    public void Gradients_over_the_inputs_have_the_same_bits()
    {
        (float[][] apart, long apartPeak) = Gradients(held: true);
        (float[][] inPlace, long inPlacePeak) = Gradients(held: false);
        Assert.Equal(apart, inPlace);
        Assert.True(inPlacePeak <= apartPeak - Tokens * (Heads + 2 * KeyHeads) * HeadSize * sizeof(float), $"{inPlacePeak} bytes in place, {apartPeak} apart");
    }

    private (float[][] Gradients, long Peak) Gradients(bool held)
    {
        var tape = new Tape(_device);
        using SequenceStarts starts = SequenceStarts.Of(_device, [0, 5, 400, Tokens]);
        Tensor[] inputs = [.. new[] { Heads, KeyHeads, KeyHeads }.Select(heads => tape.Track(TinyMlp.Ramp(_device, Tokens, heads * HeadSize)))];
        int[] values = [.. inputs.Select(input => input.Value)];
        Tensor o = FastTune.Kernels.Ops.Attention.Attention.Attend(tape, inputs[0], inputs[1], inputs[2], starts, new AttentionRule(Heads, KeyHeads, HeadSize, 0.25f));
        if (!held) foreach (ref Tensor input in inputs.AsSpan()) input.Dispose();
        tape.AddGradient(o.Value, TinyMlp.Ramp(_device, Tokens, Heads * HeadSize));
        o.Dispose();
        _device.Memory.Ledger.ResetPeak();
        tape.RunBack();
        var gradients = new List<float[]>();
        foreach (int value in values)
        {
            using Tensor gradient = tape.TakeGradient(value);
            gradients.Add(_device.ToArray<float>(gradient));
        }
        long peak = _device.Memory.Ledger.PeakOf(Category.Activations);
        if (held) foreach (ref Tensor input in inputs.AsSpan()) input.Dispose();
        tape.Reset();
        return ([.. gradients], peak);
    }

    public void Dispose() => _device.Dispose();
}
