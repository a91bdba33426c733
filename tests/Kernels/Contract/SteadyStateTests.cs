// After the first steps a step allocates nothing managed, and its bits do not depend on the number of threads.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.AdamW;
using FastTune.Kernels.Ops.GradNorm;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Contract;

public sealed class SteadyStateTests
{
    [Fact]
    public void Forward_and_backward_allocate_nothing_managed() => Assert.Equal(0, Allocated((tape, model) => model.Step(tape)));

    [Fact]
    public void Clipping_and_the_optimizer_allocate_nothing_managed() =>
        Assert.Equal(0, Allocated((tape, model) => model.Step(tape), (device, run) => run.Update(device)));

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        (float loss, float[][] gradients) = Step(1);
        foreach (int threads in new[] { 2, 3 })
        {
            (float again, float[][] others) = Step(threads);
            Assert.Equal(loss, again);
            Assert.Equal(gradients, others);
        }
    }

    /// <summary>Large enough that every op is split among the threads.</summary>
    private static (float Loss, float[][] Gradients) Step(int threads)
    {
        using var pool = new CpuPool(threads);
        using var device = new CpuDevice(pool, new HostMemory());
        using var model = new TinyModel(device, tokens: 700, hidden: 96);
        return (model.Step(new Tape(device)), model.Gradients());
    }

    /// <summary>Bytes that the last of four steps allocates on this thread, which is the only one at work.</summary>
    private static long Allocated(Action<Tape, TinyModel> step, Action<IDevice, Optimizer>? update = null)
    {
        using var pool = new CpuPool(1);
        using var device = new CpuDevice(pool, new HostMemory());
        using var model = new TinyModel(device);
        using var optimizer = new Optimizer(device, model);
        var tape = new Tape(device);
        long bytes = 0;
        for (int i = 0; i < 4; i++)
        {
            if (update is null) bytes = Measured(() => step(tape, model));
            else
            {
                step(tape, model);
                bytes = Measured(() => update(device, optimizer));
            }
            model.ClearGradients();
        }
        return bytes;
    }

    private static long Measured(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class Optimizer : IDisposable
    {
        private readonly TinyModel _model;
        private readonly Tensor[] _first, _second;
        private readonly List<Tensor> _gradients = new(32);

        public Optimizer(IDevice device, TinyModel model)
        {
            _model = model;
            _first = [.. model.Parameters.Select(parameter => Zeros(device, parameter.Shape))];
            _second = [.. model.Parameters.Select(parameter => Zeros(device, parameter.Shape))];
        }

        public void Update(IDevice device)
        {
            _gradients.Clear();
            for (int i = 0; i < _model.Parameters.Count; i++) _gradients.Add(_model.Parameters[i].Gradient);
            using GradNormResult norm = GradNorm.Measure(device, _gradients, 1);
            for (int i = 0; i < _first.Length; i++)
                AdamW.Update(device, _model.Parameters[i].Value, _gradients[i], _first[i], _second[i], new(1e-3, 0.9, 0.999, 1e-8, 0, 1), norm.Factor);
        }

        private static Tensor Zeros(IDevice device, Shape shape) => device.From(new float[shape.Count], shape, Category.Optimizer);

        public void Dispose()
        {
            foreach (ref Tensor tensor in _first.AsSpan()) tensor.Dispose();
            foreach (ref Tensor tensor in _second.AsSpan()) tensor.Dispose();
        }
    }
}
