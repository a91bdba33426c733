// Micro-batches of a stream: rows are read, encoded and shuffled while they are used, pass after pass over the data.
using FastTune.Config;
using FastTune.Data;

namespace FastTune.Train;

/// <summary>Hands out a stream's steps in order. Which rows a step gets depends on the seed and the data alone, so a resumed run
/// finds its place by reading again what was used: at most one pass to learn how long a pass is, and the current one.</summary>
internal sealed class StreamFeed(PreparedData data, TrainingOptions options) : IDisposable
{
    private IEnumerator<Sample>? _rows;
    private int _pass, _done;

    /// <summary>The micro-batches of a step (from 0); steps may be left out, not gone back to.</summary>
    public IReadOnlyList<Batch> Of(int step)
    {
        GoTo(step);
        var samples = Take();
        if (samples.Count == 0)
        {
            Open(_pass + 1);
            samples = Take();
        }
        if (samples.Count == 0) throw Short();
        _done++;
        return samples.ConvertAll(data.TrainCollator.Collate);
    }

    private void GoTo(int step)
    {
        while (_done < step)
        {
            if (Take().Count > 0)
            {
                _done++;
                continue;
            }
            if (_done == 0) throw Short();
            // The first pass has ended: all passes have as many steps, so that whole ones are jumped over.
            int passes = step / _done;
            _done *= passes;
            Open(passes);
        }
    }

    /// <summary>The rows of the step's micro-batches; fewer at the end of a pass, none where it is over.</summary>
    private List<Sample[]> Take()
    {
        if (_rows is null) Open(0);
        var batches = new List<Sample[]>();
        while (batches.Count < options.GradientAccumulationSteps && TakeBatch() is { } batch) batches.Add(batch);
        return batches;
    }

    private Sample[]? TakeBatch()
    {
        var batch = new List<Sample>();
        while (batch.Count < options.PerDeviceTrainBatchSize && _rows!.MoveNext()) batch.Add(_rows.Current);
        bool tooFew = batch.Count < (options.DataloaderDropLast ? options.PerDeviceTrainBatchSize : 1);
        return tooFew ? null : [.. batch];
    }

    private void Open(int pass)
    {
        _rows?.Dispose();
        _rows = data.TrainStream!(pass).GetEnumerator();
        _pass = pass;
    }

    private UserError Short() => new($"training set: the stream does not fill one batch of {options.PerDeviceTrainBatchSize}; "
        + "add rows, lower per_device_train_batch_size or set dataloader_drop_last: false");

    public void Dispose() => _rows?.Dispose();
}
