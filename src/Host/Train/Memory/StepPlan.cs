// A step on the plan device: every buffer of the run's heaviest step is booked, none is touched.
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices.Plan;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;

namespace FastTune.Train.Memory;

/// <summary>The step that needs most.</summary>
/// <param name="Model">The loaded model; only its shapes are used.</param>
/// <param name="Optimizer">Makes the run's optimizer for a twin of the model.</param>
/// <param name="Batch">The largest micro-batch.</param>
/// <param name="MicroBatches">Micro-batches of a step.</param>
public sealed record HeaviestStep(Decoder Model, Func<Decoder, IOptimizer> Optimizer, int Groups, Batch Batch, int MicroBatches, double MaxGradNorm)
{
    /// <summary>Layer inputs go to a file.</summary>
    public bool Offloads { get; init; }

    /// <summary>The largest batch of an evaluation, or null.</summary>
    public Batch? Evaluated { get; init; }
}

/// <param name="Peak">Largest total of live buffers.</param>
/// <param name="Touched">Bytes of the pages that buffers lie on, fragmentation included.</param>
/// <param name="Flops">Of the two steps.</param>
public readonly record struct PlannedMemory(long Peak, long Touched, double Flops);

public static class StepPlan
{
    /// <summary>Books two steps: the second one has the optimizer's state from its beginning.</summary>
    public static PlannedMemory Run(HeaviestStep heaviest, ActivationSchedule schedule)
    {
        using var device = new PlanDevice();
        using Decoder twin = heaviest.Model.TwinOn(device);
        twin.Schedule = schedule;
        using IOptimizer optimizer = heaviest.Optimizer(twin);
        var tape = new Tape(device) { Store = heaviest.Offloads ? new NoStore() : null };
        var step = new TrainingStep(twin, tape, optimizer, heaviest.MaxGradNorm);
        Batch[] batches = [.. Enumerable.Repeat(heaviest.Batch, Math.Min(2, heaviest.MicroBatches))];
        var rates = new double[heaviest.Groups];
        for (ulong number = 0; number < 2; number++) step.Run(batches, rates, number);
        if (heaviest.Evaluated is { } batch) Evaluate(twin, batch);
        return new PlannedMemory(device.Memory.Ledger.Peak, device.Memory.Touched, device.Flops);
    }

    private static void Evaluate(Decoder twin, Batch batch)
    {
        using var onDevice = new DeviceBatch(twin, BatchTokens.Whole(batch));
        var context = new ForwardContext { Starts = onDevice.Starts, Rope = onDevice.Rope };
        var tape = new Tape(twin.Device) { Recording = false };
        using Tensor loss = twin.Loss(tape, onDevice.Ids, onDevice.LabelRows, onDevice.Labels, 1, context);
    }

    private sealed class NoStore : IActivationStore
    {
        public long Push(long bytes) => 0;

        public void Write(long place, ReadOnlySpan<byte> bytes) { }

        public void Read(long place, Span<byte> bytes) { }

        public void Pop(long place) { }
    }
}
