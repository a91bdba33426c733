// The arithmetic of a run: how many steps, which batches make a step, and when it logs, evaluates and saves.
using FastTune.Config;

namespace FastTune.Train;

/// <summary>The micro-batches of one optimizer step: <paramref name="Count"/> consecutive ones of an epoch.</summary>
/// <param name="Epoch">Epoch, from 0.</param>
/// <param name="FirstBatch">First micro-batch inside the epoch, from 0.</param>
/// <param name="Count">Micro-batches; the last step of an epoch may have fewer than the accumulation.</param>
public readonly record struct StepWindow(int Epoch, int FirstBatch, int Count);

/// <summary>What happens after a step, in this order: log, evaluate, save.</summary>
public readonly record struct StepEvents(bool Log, bool Evaluate, bool Save);

/// <summary>Steps and intervals as transformers' Trainer counts them. Immutable; steps are counted from 1.</summary>
public sealed record RunPlan
{
    private const int DefaultInterval = 500;
    private readonly TrainingOptions _options;

    private RunPlan(TrainingOptions options) => _options = options;

    /// <summary>Micro-batches of an epoch.</summary>
    public int BatchesPerEpoch { get; private init; }

    public int StepsPerEpoch { get; private init; }

    /// <summary>Steps that were finished when these rows were begun: they came before step <c>DataStart + 1</c>, the first of epoch 0.</summary>
    public int DataStart { get; private init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int TotalSteps { get; private init; }

    /// <summary>Epochs begun.</summary>
    public int Epochs { get; private init; }

    /// <summary>Steps between log lines, ratios resolved.</summary>
    public int LoggingSteps { get; private init; }

    public int EvalSteps { get; private init; }

    public int SaveSteps { get; private init; }

    /// <param name="rows">Rows of the tokenized training set.</param>
    /// <param name="options">The recipe's options.</param>
    /// <param name="dataStart">Steps already made on other rows, by a run that is resumed with these.</param>
    /// <exception cref="UserError">No full batch, no step, or an interval that is not above 0.</exception>
    public static RunPlan Create(int rows, TrainingOptions options, int dataStart = 0)
    {
        int batch = options.PerDeviceTrainBatchSize, accumulation = options.GradientAccumulationSteps;
        int batches = options.DataloaderDropLast ? rows / batch : CeilingOf(rows, batch);
        if (batches == 0)
            throw new UserError($"training set: {rows} rows do not fill one batch of {batch}; add rows, lower per_device_train_batch_size or set dataloader_drop_last: false");
        return Create(batches, CeilingOf(batches, accumulation), options, dataStart);
    }

    /// <summary>The plan of a stream, which has no known end: max_steps full steps count as its one epoch, as the Trainer counts them.</summary>
    /// <exception cref="UserError">No steps, or an interval that is not above 0.</exception>
    public static RunPlan ForStream(TrainingOptions options, int dataStart = 0)
    {
        long batches = (long)options.MaxSteps * options.GradientAccumulationSteps;
        if (batches is < 1 or > int.MaxValue) throw new UserError("max_steps: a stream has no known end; give its steps, as many as gradient_accumulation_steps times them can be counted", 2);
        return Create((int)batches, options.MaxSteps, options, dataStart);
    }

    private static RunPlan Create(int batches, int perEpoch, TrainingOptions options, int dataStart)
    {
        double planned = options.MaxSteps > 0 ? options.MaxSteps : dataStart + Math.Ceiling(options.NumTrainEpochs * perEpoch);
        if (planned is < 1 or > int.MaxValue || double.IsNaN(planned))
            throw new UserError($"num_train_epochs: {options.NumTrainEpochs} epochs of {perEpoch} steps are no run; choose a number above 0");
        int total = (int)planned;
        return new RunPlan(options)
        {
            BatchesPerEpoch = batches,
            StepsPerEpoch = perEpoch,
            DataStart = dataStart,
            TotalSteps = total,
            Epochs = options.MaxSteps > 0 ? CeilingOf(Math.Max(1, total - dataStart), perEpoch) : (int)Math.Ceiling(options.NumTrainEpochs),
            LoggingSteps = Interval("logging_steps", options.LoggingSteps, options.LoggingStrategy, total),
            EvalSteps = Interval("eval_steps", options.EvalSteps ?? (options.EvalStrategy == "no" ? DefaultInterval : options.LoggingSteps), options.EvalStrategy, total),
            SaveSteps = Interval("save_steps", options.SaveSteps, options.SaveStrategy, total),
        };
    }

    /// <summary>The micro-batches of step <paramref name="step"/>; also tells a resumed run what to skip.</summary>
    public StepWindow Window(int step)
    {
        int before = step - 1 - DataStart, first = before % StepsPerEpoch * _options.GradientAccumulationSteps;
        return new(before / StepsPerEpoch, first, Math.Min(_options.GradientAccumulationSteps, BatchesPerEpoch - first));
    }

    /// <summary>Epochs done after <paramref name="step"/> steps, as logged: finished ones plus the share of batches done.</summary>
    public double EpochAfter(int step)
    {
        if (step <= DataStart) return 0;
        var window = Window(step);
        return window.Epoch + (double)(window.FirstBatch + window.Count) / BatchesPerEpoch;
    }

    /// <summary>What happens after step <paramref name="step"/>. A run that saves or evaluates at all does so at its last step too.</summary>
    public StepEvents Events(int step)
    {
        bool last = step == TotalSteps, epochEnds = last || (step - DataStart) % StepsPerEpoch == 0;
        double waited = _options.EvalStrategy == "epoch" ? EpochAfter(step) : step;
        bool log = _options.LoggingFirstStep && step == 1 || Due(_options.LoggingStrategy, LoggingSteps);
        bool evaluate = (Due(_options.EvalStrategy, EvalSteps) || last && _options.EvalStrategy == "steps") && waited >= _options.EvalDelay;
        bool save = Due(_options.SaveStrategy, SaveSteps) || last && _options.SaveStrategy == "steps";
        return new(log, evaluate, save);

        bool Due(string strategy, int interval) => strategy switch
        {
            "steps" => step % interval == 0,
            "epoch" => epochEnds,
            _ => false,
        };
    }

    private static int Interval(string key, double given, string strategy, int total)
    {
        if (given > 0 && given <= int.MaxValue) return given < 1 ? (int)Math.Ceiling(total * given) : (int)given;
        return strategy == "steps" ? throw new UserError($"{key}: {given} is no interval; give steps, or a share of the run below 1", 2) : DefaultInterval;
    }

    private static int CeilingOf(int count, int size) => count / size + (count % size == 0 ? 0 : 1);
}
