// Which rows make up which micro-batch: the epoch's order, cut into batches; the same for the same seed.
using FastTune.Config;
using FastTune.Data;
using FastTune.Rng;

namespace FastTune.Train;

/// <summary>Hands out the micro-batches of a step. A batch never crosses an epoch.</summary>
public sealed class BatchFeed(PreparedData data, TrainingOptions options)
{
    private int _epoch = -1;
    private List<ArraySegment<int>> _batches = [];

    /// <summary>The step's micro-batches, in order.</summary>
    public IReadOnlyList<Batch> Of(StepWindow window)
    {
        if (window.Epoch != _epoch) Open(window.Epoch);
        return [.. _batches.Skip(window.FirstBatch).Take(window.Count)
            .Select(rows => data.TrainCollator.Collate([.. rows.Select(row => data.TrainRows[row])]))];
    }

    private void Open(int epoch)
    {
        int[] order = EpochOrder.Of(data.TrainRows, options, epoch);
        _batches = [.. SampleOrder.Batches(order, options.PerDeviceTrainBatchSize, options.DataloaderDropLast)];
        _epoch = epoch;
    }
}
