// A gradient can be consumed as soon as it is complete, before the next one exists.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class GradientSinkTests : IDisposable
{
    private readonly CpuDevice _device = new();

    [Fact]
    public void Each_gradient_comes_once_and_complete_also_of_a_parameter_used_twice()
    {
        using var model = new TinyModel(_device);
        model.Step(new Tape(_device));
        var expected = model.Parameters.Zip(model.Gradients()).ToDictionary(pair => pair.First.Name, pair => pair.Second);
        model.ClearGradients();
        var sink = new Consumer(_device);
        model.Step(new Tape(_device) { Sink = sink });
        Assert.Equal(expected, sink.Gradients);
        Assert.All(model.Parameters, parameter => Assert.False(parameter.Gradient.Exists, parameter.Name));
    }

    [Fact]
    public void Gradients_consumed_at_once_never_all_exist_together()
    {
        using var model = new TinyModel(_device);
        model.Step(new Tape(_device));
        long all = _device.Memory.Ledger.LiveOf(Category.Gradients);
        model.ClearGradients();
        _device.Memory.Ledger.ResetPeak();
        var sink = new Consumer(_device);
        model.Step(new Tape(_device) { Sink = sink });
        Assert.True(_device.Memory.Ledger.PeakOf(Category.Gradients) < all / 2);
        Assert.Equal("embedding", sink.Gradients.Keys.Last());
    }

    [Fact]
    public void Inside_tiles_a_gradient_is_complete_only_after_the_last_tile()
    {
        using var mlp = new TinyMlp(_device);
        Backward(mlp, null);
        var expected = mlp.Parameters.ToDictionary(parameter => parameter.Name, parameter => _device.ToArray<float>(parameter.Gradient));
        foreach (Parameter parameter in mlp.Parameters) parameter.ClearGradient();
        var sink = new Consumer(_device);
        Backward(mlp, sink);
        Assert.Equal(expected.OrderBy(pair => pair.Key), sink.Gradients.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void An_abandoned_step_leaves_no_use_open()
    {
        using var model = new TinyModel(_device);
        var sink = new Consumer(_device);
        var tape = new Tape(_device) { Sink = sink };
        using (Tensor abandoned = model.Loss(tape)) tape.Reset();
        model.ClearGradients();
        model.Step(tape);
        Assert.Equal(model.Parameters.Count, sink.Gradients.Count);
    }

    private void Backward(TinyMlp mlp, IGradientSink? sink)
    {
        var tape = new Tape(_device) { Sink = sink };
        using Tensor x = tape.Track(TinyMlp.Ramp(_device, 50, TinyMlp.Width));
        using Tensor y = Checkpoint.Run(tape, mlp, x, 8);
        tape.AddGradient(y.Value, TinyMlp.Ramp(_device, 50, TinyMlp.Width));
        tape.RunBack();
        tape.Reset();
    }

    public void Dispose() => _device.Dispose();

    /// <summary>Takes each gradient and frees it, as a layer-wise optimizer does.</summary>
    private sealed class Consumer(IDevice device) : IGradientSink
    {
        public Dictionary<string, float[]> Gradients { get; } = [];

        public void Ready(Parameter parameter)
        {
            Gradients.Add(parameter.Name, device.ToArray<float>(parameter.Gradient));
            parameter.ClearGradient();
        }
    }
}
