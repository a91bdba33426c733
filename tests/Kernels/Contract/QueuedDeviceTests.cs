// The tape never needs to know that a kernel has run: work may wait on the device until somebody reads.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class QueuedDeviceTests : IDisposable
{
    private const int Rows = 6, Columns = 20;
    private static readonly long Bytes = Rows * Columns * sizeof(float);

    private readonly QueuedDevice _device = new();

    [Fact]
    public void A_step_is_queued_whole_and_right_when_it_runs()
    {
        var tape = new Tape(_device);
        using Tensor x = tape.Track(Ones());
        Tensor y = Chain(tape, x, [2, 3, 0.5f]), other = Chain(tape, x, [4, 4]);
        tape.AddGradient(y.Value, Ones());
        tape.AddGradient(other.Value, Ones());
        tape.RunBack();
        using Tensor dx = tape.TakeGradient(x.Value);
        Assert.Equal((0, 0), (_device.Ran, _device.Waits));
        Assert.All(_device.ToArray<float>(dx), value => Assert.Equal(3 + 16, value));
        Assert.All(_device.ToArray<float>(y), value => Assert.Equal(3, value));
        y.Dispose();
        other.Dispose();
    }

    [Fact]
    public void A_buffer_is_handed_on_while_its_last_kernel_waits()
    {
        var tape = new Tape(_device) { Recording = false };
        using Tensor x = Ones();
        _device.Memory.Ledger.ResetPeak();
        using Tensor y = Chain(tape, x, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
        Assert.Equal(0, _device.Ran);
        Assert.Equal(3 * Bytes, _device.Memory.Ledger.Peak);
        Assert.All(_device.ToArray<float>(y), value => Assert.Equal(1024, value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(Rows)]
    public void A_row_count_stays_on_the_device(int labelled)
    {
        var tape = new Tape(_device);
        using Tensor labels = _device.From(Enumerable.Range(0, Rows).Select(i => i < labelled ? i : -100).ToArray(), Category.Activations);
        using Tensor x = tape.Track(Ones());
        Tensor count = QueuedOps.CountLabelled(tape, labels);
        using Tensor y = QueuedOps.ScaleRows(tape, x, count, 5);
        count.Dispose();
        tape.AddGradient(y.Value, Ones());
        tape.RunBack();
        using Tensor dx = tape.TakeGradient(x.Value);
        Assert.Equal((0, 0), (_device.Ran, _device.Waits));
        float[] expected = [.. Enumerable.Range(0, Rows * Columns).Select(i => i / Columns < labelled ? 5f : 0f)];
        Assert.Equal(expected, _device.ToArray<float>(y));
        Assert.Equal(expected, _device.ToArray<float>(dx));
    }

    private static Tensor Chain(Tape tape, in Tensor x, float[] factors)
    {
        Tensor value = x.Share();
        foreach (float factor in factors)
        {
            Tensor next = QueuedOps.Scale(tape, value, factor);
            value.Dispose();
            value = next;
        }
        return value;
    }

    private Tensor Ones() => _device.From(Enumerable.Repeat(1f, Rows * Columns).ToArray(), new Shape(Rows, Columns), Category.Activations);

    public void Dispose() => _device.Dispose();
}
