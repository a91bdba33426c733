// Which rows make up which micro-batch: the epoch's order, cut into batches, or a stream; the same for the same seed.
using FastTune.Config;
using FastTune.Data;
using FastTune.Rng;

namespace FastTune.Train;

/// <summary>Hands out the micro-batches of a step. A batch never crosses an epoch.</summary>
/// <param name="dataStart">Steps made before these rows were begun (<see cref="RunPlan.DataStart"/>).</param>
/// <param name="note">Takes the warnings that a stream meets while it is read.</param>
public sealed class BatchFeed(PreparedData data, TrainingOptions options, int dataStart = 0, Action<string>? note = null) : IDisposable
{
    private readonly StreamFeed? _stream = data.TrainStream is null ? null : new StreamFeed(data, options);
    private int _epoch = -1, _noted = data.Warnings.Count;
    private List<ArraySegment<int>> _batches = [];

    /// <summary>The step's micro-batches, in order.</summary>
    public IReadOnlyList<Batch> Of(StepWindow window)
    {
        if (_stream is not null) return Streamed(_stream, window.FirstBatch / options.GradientAccumulationSteps);
        if (window.Epoch != _epoch) Open(window.Epoch);
        return [.. _batches.Skip(window.FirstBatch).Take(window.Count)
            .Select(rows => data.TrainCollator.Collate([.. rows.Select(row => data.TrainRows[row])]))];
    }

    private IReadOnlyList<Batch> Streamed(StreamFeed stream, int step)
    {
        var batches = stream.Of(step);
        for (; _noted < data.Warnings.Count; _noted++) note?.Invoke(data.Warnings[_noted]);
        return batches;
    }

    private void Open(int epoch)
    {
        int[] order = EpochOrder.Of(data.TrainRows, options, epoch, dataStart);
        _batches = [.. SampleOrder.Batches(order, options.PerDeviceTrainBatchSize, options.DataloaderDropLast)];
        _epoch = epoch;
    }

    public void Dispose() => _stream?.Dispose();
}
