// A decoder's step in steady state: nothing managed is allocated, and no bit depends on the number of threads.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Tests.Train.Memory;
using Xunit;

namespace FastTune.Tests.Models;

public class SteadyDecoderTests
{
    public static TheoryData<int, int> Schedules => new() { { 0, 0 }, { 0, 6 }, { 2, 2 }, { 6, 0 } };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void A_step_allocates_nothing_managed(int recomputed, int thin)
    {
        using var pool = new CpuPool(1);
        using var run = new Run(pool, new ActivationSchedule(recomputed, thin));
        for (int step = 0; step < 3; step++) run.Step();
        long before = GC.GetAllocatedBytesForCurrentThread(); // the only thread at work
        run.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Threads_and_schedules_change_no_bit()
    {
        (float Loss, float[][] Gradients)? first = null;
        foreach (var (threads, recomputed, thin) in new[] { (1, 0, 0), (2, 0, 0), (3, 2, 2), (2, 6, 0) })
        {
            using var pool = new CpuPool(threads);
            using var run = new Run(pool, new ActivationSchedule(recomputed, thin));
            (float Loss, float[][] Gradients) result = (run.Step(), run.Gradients());
            first ??= result;
            Assert.Equal(first.Value.Loss, result.Loss);
            Assert.Equal(first.Value.Gradients, result.Gradients);
        }
    }

    /// <summary>A model whose pairs drop a tenth of their input, and a batch of 300 tokens in three sequences.</summary>
    private sealed class Run : IDisposable
    {
        private readonly CpuDevice _device;
        private readonly Decoder _model;
        private readonly DeviceBatch _batch;
        private readonly ForwardContext _context;
        private readonly Tape _tape;
        private readonly Parameter[] _trained;

        public Run(CpuPool pool, ActivationSchedule schedule)
        {
            _device = new CpuDevice(pool);
            _model = PlannedModel.Lora(_device, dropout: 0.1f, seed: 5);
            _model.Schedule = schedule;
            int[] ids = [.. Enumerable.Range(0, 300).Select(i => i * 37 % 1000)];
            _batch = new DeviceBatch(_model, new TokenBatch(
                ids, [.. Enumerable.Range(0, 300).Select(i => i % 100)], [0, 100, 200, 300], [.. Enumerable.Range(0, 299)], [.. ids.Skip(1)], 100));
            _context = new ForwardContext { Starts = _batch.Starts, Rope = _batch.Rope, Training = true, DropoutSeed = 9 };
            _tape = new Tape(_device);
            _trained = [.. _model.TrainableParameters];
        }

        public float Step()
        {
            foreach (Parameter parameter in _trained) parameter.ClearGradient();
            using Tensor loss = _model.Loss(_tape, _batch.Ids, _batch.LabelRows, _batch.Labels, 1f / 299, _context);
            _tape.Backward(loss);
            return _device.ReadScalar(loss);
        }

        public float[][] Gradients() => [.. _trained.Select(parameter => _device.ToArray<float>(parameter.Gradient))];

        public void Dispose()
        {
            foreach (Parameter parameter in _trained) parameter.ClearGradient();
            _batch.Dispose();
            _model.Dispose();
            _device.Dispose();
        }
    }
}
