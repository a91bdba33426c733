// The memory table is exact: every byte has a category, activations die at their last use, plan books what the CPU books.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Plan;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class MemoryTests : IDisposable
{
    private readonly CpuDevice _device = new();

    [Fact]
    public void Every_buffer_is_booked_under_what_it_is_for()
    {
        using var model = new TinyModel(_device);
        MemoryLedger ledger = _device.Memory.Ledger;
        long Of(Func<Parameter, bool> which) => model.Parameters.Where(which).Sum(parameter => parameter.Shape.Count * sizeof(float));
        bool Adapter(Parameter parameter) => parameter.Name.StartsWith("lora", StringComparison.Ordinal);
        long inputs = ledger.LiveOf(Category.Activations);
        model.Step(new Tape(_device));
        Assert.Equal(Of(parameter => !Adapter(parameter)), ledger.LiveOf(Category.Weights));
        Assert.Equal(Of(Adapter), ledger.LiveOf(Category.Adapters));
        Assert.Equal(Of(_ => true), ledger.LiveOf(Category.Gradients));
        Assert.Equal(inputs, ledger.LiveOf(Category.Activations));
        Assert.Equal(0, ledger.LiveOf(Category.Workspace));
        Assert.True(ledger.PeakOf(Category.Activations) > inputs && ledger.PeakOf(Category.Workspace) > 0);
    }

    [Fact]
    public void The_total_is_the_sum_of_its_categories_now_and_at_the_peak()
    {
        using var model = new TinyModel(_device);
        model.Step(new Tape(_device));
        MemoryLedger ledger = _device.Memory.Ledger;
        var all = Enum.GetValues<Category>();
        Assert.Equal(ledger.Live, all.Sum(ledger.LiveOf));
        Assert.Equal(ledger.Peak, all.Sum(ledger.AtPeak));
        Assert.All(all, category => Assert.Contains(category.ToString().ToLowerInvariant(), ledger.Table()));
    }

    [Fact]
    public void Backward_frees_what_each_op_saved_as_it_goes()
    {
        const int norms = 8;
        var weights = Enumerable.Range(0, norms).Select(i => new Parameter($"norm {i}", TinyMlp.Ramp(_device, 1, 64), true)).ToArray();
        var sampler = new Sampler(_device.Memory.Ledger);
        var tape = new Tape(_device) { Sink = sampler };
        Tensor x = tape.Track(TinyMlp.Ramp(_device, 32, 64));
        foreach (Parameter weight in weights)
        {
            Tensor next = RmsNorm.Norm(tape, x, weight, 1e-5f);
            x.Dispose();
            x = next;
        }
        tape.AddGradient(x.Value, TinyMlp.Ramp(_device, 32, 64));
        x.Dispose();
        tape.RunBack();
        Assert.Equal(norms, sampler.Live.Count);
        Assert.All(sampler.Live.Zip(sampler.Live.Skip(1)), pair => Assert.True(pair.Second <= pair.First - 32 * 64 * sizeof(float)));
        foreach (Parameter weight in weights) weight.Dispose();
    }

    [Fact]
    public void An_abandoned_step_leaks_nothing()
    {
        using var model = new TinyModel(_device);
        var tape = new Tape(_device);
        long before = _device.Memory.Ledger.Live;
        using (Tensor loss = model.Loss(tape)) Assert.True(_device.Memory.Ledger.Live > before);
        tape.Reset();
        model.ClearGradients();
        Assert.Equal(before, _device.Memory.Ledger.Live);
    }

    [Fact]
    public void A_disposed_tensor_is_noticed()
    {
        Tensor tensor = TinyMlp.Ramp(_device, 2, 2), copy = tensor;
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => copy.Address);
    }

    [Fact]
    public void Plan_books_every_byte_as_the_cpu_does_and_touches_none()
    {
        using var plan = new PlanDevice();
        foreach (IDevice device in new IDevice[] { _device, plan })
        {
            using var model = new TinyModel(device);
            var tape = new Tape(device);
            for (int step = 0; step < 2; step++)
            {
                model.Step(tape);
                model.ClearGradients();
            }
        }
        MemoryLedger counted = plan.Memory.Ledger, measured = _device.Memory.Ledger;
        Assert.Equal(measured.Peak, counted.Peak);
        Assert.All(Enum.GetValues<Category>(), category => Assert.Equal(measured.PeakOf(category), counted.PeakOf(category)));
        Assert.True(plan.Flops > 0 && plan.Ops.ContainsKey("attention"));
    }

    public void Dispose() => _device.Dispose();

    /// <summary>Notes how many bytes of activations are alive whenever a gradient is complete.</summary>
    private sealed class Sampler(MemoryLedger ledger) : IGradientSink
    {
        public List<long> Live { get; } = [];

        public void Ready(Parameter parameter) => Live.Add(ledger.LiveOf(Category.Activations));
    }
}
