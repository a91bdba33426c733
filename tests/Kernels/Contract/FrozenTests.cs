// What is frozen costs nothing: no value number, no node, nothing saved, no gradient.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class FrozenTests : IDisposable
{
    private readonly CpuDevice _device = new();

    [Fact]
    public void A_frozen_model_records_and_keeps_nothing()
    {
        using var model = new TinyModel(_device, trainable: false);
        var tape = new Tape(_device);
        long before = _device.Memory.Ledger.Live;
        using Tensor loss = model.Loss(tape);
        Assert.Equal(0, loss.Value);
        Assert.Equal(0, tape.Length);
        Assert.Equal(before + sizeof(float), _device.Memory.Ledger.Live);
        Assert.Throws<InvalidOperationException>(() => tape.Backward(Copy(loss)));
    }

    [Fact]
    public void Without_recording_a_trainable_model_gives_the_same_loss_and_keeps_nothing()
    {
        using var model = new TinyModel(_device);
        var tape = new Tape(_device);
        float expected = model.Step(tape);
        model.ClearGradients();
        long before = _device.Memory.Ledger.Live;
        tape.Recording = false;
        using Tensor loss = model.Loss(tape);
        Assert.Equal(expected, _device.ReadScalar(loss));
        Assert.Equal((0, 0), (loss.Value, tape.Length));
        Assert.Equal(before + sizeof(float), _device.Memory.Ledger.Live);
    }

    [Fact]
    public void Only_what_trains_gets_a_gradient_and_it_is_the_same_as_when_all_train()
    {
        using var whole = new TinyModel(_device);
        whole.Step(new Tape(_device));
        using var adapter = new TinyModel(_device, trainable: false);
        adapter["lora_A"].Trainable = adapter["lora_B"].Trainable = true;
        adapter.Step(new Tape(_device));
        foreach (Parameter parameter in adapter.Parameters)
        {
            Assert.Equal(parameter.Trainable, parameter.Gradient.Exists);
            if (parameter.Trainable)
                Assert.Equal(_device.ToArray<float>(whole[parameter.Name].Gradient), _device.ToArray<float>(parameter.Gradient));
        }
    }

    [Fact]
    public void A_frozen_base_below_the_first_adapter_is_not_walked_back_to()
    {
        using var whole = new TinyModel(_device);
        using var adapter = new TinyModel(_device, trainable: false);
        adapter["lora_A"].Trainable = adapter["lora_B"].Trainable = true;
        Assert.True(Recorded(adapter) < Recorded(whole));
    }

    private int Recorded(TinyModel model)
    {
        var tape = new Tape(_device);
        using Tensor loss = model.Loss(tape);
        int nodes = tape.Length;
        tape.Reset();
        return nodes;
    }

    private static Tensor Copy(in Tensor tensor) => tensor;

    public void Dispose() => _device.Dispose();
}
