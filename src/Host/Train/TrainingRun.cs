// A run: steps from first to last, and around them logging, evaluation, checkpoints and the way out.
using System.Diagnostics;
using FastTune.Config;
using FastTune.Data;
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Optim;
using FastTune.Train.Log;
using FastTune.Train.Memory;
using FastTune.Train.Plot;
using FastTune.Train.Progress;
using FastTune.Train.State;

namespace FastTune.Train;

internal sealed class TrainingRun : IDisposable
{
    private readonly Recipe _recipe;
    private readonly TrainingModel _model;
    private readonly PreparedData _data;
    private readonly ITerminal _terminal;
    private readonly string _output;
    private readonly EarlierRun? _earlier;
    private readonly string _rows;
    private readonly RunPlan _plan;
    private readonly AdamWOptimizer _optimizer;
    private readonly RateSchedule _schedule;
    private readonly Stopwatch _clock = new();
    private readonly ProgressReport _progress;
    private readonly RunFiles _files;
    private readonly BestModel _best;
    private readonly int _groups;
    private readonly bool _counts;
    private readonly RunSums _sums = new();
    private TrainerState _state;
    private int _firstStep, _savedStep = -1;

    public TrainingRun(Recipe recipe, TrainingModel model, PreparedData data, ITerminal terminal, string output, Resumption resumption)
    {
        (_recipe, _model, _data, _terminal, _output) = (recipe, model, data, terminal, output);
        _rows = RunState.FingerprintOf(data, recipe.Data);
        _earlier = EarlierRun.Open(resumption.Checkpoint, _rows, terminal.Error);
        int dataStart = _earlier?.Run.DataStart ?? 0;
        _plan = data.TrainStream is null
            ? RunPlan.Create(Math.Max(1, data.TrainRows.Count), recipe.Training, dataStart) : RunPlan.ForStream(recipe.Training, dataStart);
        var groups = OptimizerSetup.Groups(model.Decoder, recipe.Optimizer);
        _groups = groups.Count;
        _optimizer = OptimizerSetup.Create(model.Decoder.Device, groups, recipe);
        _schedule = OptimizerSetup.Schedule(recipe.Optimizer, _groups, _plan.TotalSteps);
        _progress = new ProgressReport(recipe.Training.DisableTqdm == true ? TextWriter.Null : terminal.Error, terminal.Interactive);
        _files = new RunFiles(recipe, model, output, resumption.Superseded);
        _best = new BestModel(recipe.Training, recipe.Optimizer.LrSchedulerType == "reduce_lr_on_plateau");
        _counts = recipe.Training.IncludeNumInputTokensSeen is not ("no" or "false");
        _state = new TrainerState
        {
            MaxSteps = _plan.TotalSteps,
            NumTrainEpochs = _plan.Epochs,
            LoggingSteps = _plan.LoggingSteps,
            EvalSteps = _plan.EvalSteps,
            SaveSteps = _plan.SaveSteps,
            TrainBatchSize = recipe.Training.PerDeviceTrainBatchSize,
        };
        if (_earlier is not null) Restore(_earlier);
    }

    private Decoder Decoder => _model.Decoder;

    public void Announce() => RunSummary.Write(_terminal.Error, _recipe, _model, _data.TrainStream is null ? _data.TrainRows.Count : null, _plan, _earlier);

    /// <summary>Trains to the last step; false when an interrupt ended it after saving.</summary>
    public bool Train()
    {
        if (_state.GlobalStep >= _plan.TotalSteps || _state.ShouldStop)
        {
            _terminal.Error.WriteLine($"{_output} is at step {_state.GlobalStep} of {_plan.TotalSteps}: nothing is left to train");
            if (_files.HasEnd(_state.GlobalStep)) return true;
            _sums.CountEarlier();
            Finish();
            return true;
        }
        if (_recipe.Training.SaveStrategy != "no") _files.RequireSpace("a checkpoint", _optimizer);
        if (_earlier is null) _files.ForgetEnd();
        _clock.Start();
        _firstStep = _state.GlobalStep;
        bool finished;
        using (var log = new TrainerLog(_output, _earlier?.State.GlobalStep, _plan.TotalSteps, () => _clock.Elapsed))
        {
            if (_recipe.Training.EvalOnStart && _firstStep == 0) Evaluate(log);
            finished = Steps(log);
        }
        if (finished) Finish();
        return finished;
    }

    private bool Steps(TrainerLog log)
    {
        CancellationToken interrupt = _terminal.NextInterrupt();
        using var answer = interrupt.Register(() => _terminal.Error.WriteLine("interrupted: finishing this step, then saving; a second time stops at once"));
        using var feed = new BatchFeed(_data, _recipe.Training, _plan.DataStart, warning => _terminal.Error.WriteLine($"note: {Printable.Line(warning)}"));
        using ActivationFile? file = _recipe.Training.OffloadActivations ? new ActivationFile(_output) : null;
        var step = new TrainingStep(Decoder, new Tape(Decoder.Device) { Store = file }, _optimizer, _recipe.Optimizer.MaxGradNorm);
        var rates = new double[_groups];
        while (_state.GlobalStep < _plan.TotalSteps && !_state.ShouldStop)
        {
            int number = _state.GlobalStep + 1;
            IReadOnlyList<Batch> batches = feed.Of(_plan.Window(number));
            for (int group = 0; group < rates.Length; group++) rates[group] = _schedule.Rate(number - 1, group);
            StepResult result = step.Run(batches, rates, (ulong)_recipe.Training.Seed << 32 | (uint)number << 8);
            RequireFinite(result, number, batches);
            Count(number, result, batches);
            After(number, result, rates[0], log);
            if (!interrupt.IsCancellationRequested || number == _plan.TotalSteps || _state.ShouldStop) continue;
            SaveCheckpoint();
            _terminal.Error.WriteLine($"interrupted after step {number}: saved; {_files.HowToGoOn()}");
            return false;
        }
        return true;
    }

    private void Count(int number, in StepResult result, IReadOnlyList<Batch> batches)
    {
        long tokens = batches.Sum(batch => (long)batch.Rows * batch.Width);
        _sums.Add(result.Loss, tokens);
        long seen = _state.NumInputTokensSeen + (_counts ? tokens : 0);
        _state = _state with { GlobalStep = number, Epoch = _plan.EpochAfter(number), NumInputTokensSeen = seen };
    }

    private void After(int number, in StepResult result, double rate, TrainerLog log)
    {
        StepEvents events = _plan.Events(number);
        _progress.Step(Figures(result, rate));
        if (events.Log) WriteLog(result, rate, log);
        if (events.Evaluate) Evaluate(log);
        if (number == _plan.TotalSteps || _state.ShouldStop) log.Append(new TrainerLogLine(number, _state.Epoch) { Tokens = Tokens });
        if (events.Save) SaveCheckpoint();
    }

    private long? Tokens => _counts ? _state.NumInputTokensSeen : null;

    private ProgressFigures Figures(in StepResult result, double rate) =>
        new(_state.GlobalStep, _plan.TotalSteps, _state.GlobalStep - _firstStep, _clock.Elapsed)
        {
            Loss = result.Loss,
            Rate = rate,
            GradNorm = result.GradNorm,
            TokensPerSecond = _sums.TokensHere / Math.Max(1e-9, _clock.Elapsed.TotalSeconds),
            PeakBytes = Decoder.Device.Memory.Ledger.Peak,
        };

    private void WriteLog(in StepResult result, double rate, TrainerLog log)
    {
        double loss = _sums.TakeMeanLoss();
        AddHistory(new() { ["grad_norm"] = (double)result.GradNorm, ["learning_rate"] = rate, ["loss"] = loss });
        log.Append(new TrainerLogLine(_state.GlobalStep, _state.Epoch) { Loss = loss, Rate = rate, Tokens = Tokens });
        _progress.Logged(Figures(result, rate) with { Loss = loss });
    }

    private void AddHistory(Dictionary<string, object?> figures)
    {
        figures["epoch"] = _state.Epoch;
        figures["step"] = _state.GlobalStep;
        if (_counts) figures["num_input_tokens_seen"] = _state.NumInputTokensSeen;
        _state = _state with { LogHistory = [.. _state.LogHistory, figures] };
    }

    private void Evaluate(TrainerLog log)
    {
        var sets = EvaluationFigures.Of(Decoder, _data, _recipe.Training);
        foreach (var set in sets)
        {
            AddHistory(new(set.Figures));
            // The log has one place for an evaluation's loss, and so none for those of several sets, as in the reference.
            log.Append(new TrainerLogLine(_state.GlobalStep, _state.Epoch) { EvalLoss = set.Single ? set.Loss : null, Tokens = Tokens });
            _progress.Note($"step {_state.GlobalStep}: {set.Prefix}_loss {set.Loss:F4}");
        }
        _schedule.Observe(sets.Average(set => set.Loss));
        double? best = _state.BestMetric;
        _state = _best.Judge(_state, EvaluationFigures.Together(sets));
        if (_recipe.Training.SaveStrategy == "best" && _state.BestMetric != best) SaveCheckpoint();
        if (_state.ShouldStop) _progress.Note($"step {_state.GlobalStep}: {_state.EarlyStopping!.Counter} evaluations without a better one: stopping early");
    }

    private void SaveCheckpoint()
    {
        if (_savedStep == _state.GlobalStep) return;
        _state = _files.Checkpoint(_state, _optimizer, _schedule.Save(_state.GlobalStep), _sums.Save(_rows, _plan.DataStart));
        _savedStep = _state.GlobalStep;
        _progress.Note($"step {_savedStep}: saved {Path.Combine(_output, $"checkpoint-{_savedStep}")}");
    }

    private void Finish()
    {
        var figures = RunResults.Speed(
            "train", _clock.Elapsed, (double)_plan.TotalSteps * _recipe.Training.PerDeviceTrainBatchSize * _recipe.Training.GradientAccumulationSteps,
            _plan.TotalSteps);
        figures["train_loss"] = _sums.Losses / _state.GlobalStep;
        _state = _state with { TotalFlos = RunSummary.Flops(Decoder, _sums.Tokens) };
        figures["total_flos"] = _state.TotalFlos;
        AddHistory(new(figures));
        figures["epoch"] = _state.Epoch;
        if (_counts) figures["num_input_tokens_seen"] = _state.NumInputTokensSeen;
        if (_recipe.Training.LoadBestModelAtEnd) LoadBest();
        _files.Final(_state);
        if (_recipe.Training.PlotLoss) LossCurve.SaveAll(_output, _state, ["loss", .. EvaluationFigures.Plotted(_data)]);
        RunResults.Save(_output, "train", figures);
        _progress.Metrics("train", figures);
        if (!_recipe.Training.Memory) return;
        _terminal.Error.Write(Decoder.Device.Memory.Ledger.Table());
        _terminal.Error.WriteLine($"peak of the process: {MemoryNeed.Size(MachineMemory.Peak())}");
    }

    private void LoadBest()
    {
        if (_state.BestModelCheckpoint is not { } best)
        {
            _terminal.Error.WriteLine("load_best_model_at_end: no checkpoint of the best evaluation was kept: the last weights stay");
            return;
        }
        BestModel.Load(Decoder, best);
        _progress.Note($"best: step {_state.BestGlobalStep}, {_state.BestMetric:F4}");
    }

    /// <summary>The evaluation after training, which is not part of trainer_state.json.</summary>
    public void EvaluateAtEnd()
    {
        var sets = EvaluationFigures.Of(Decoder, _data, _recipe.Training);
        var figures = EvaluationFigures.Together(sets);
        figures["epoch"] = _state.Epoch;
        if (_counts) figures["num_input_tokens_seen"] = _state.NumInputTokensSeen;
        if (_recipe.Method.Stage == "pt")
            foreach (var set in sets) figures[set.Single ? "perplexity" : $"{set.Prefix}_perplexity"] = Math.Exp(set.Loss);
        RunResults.Save(_output, "eval", figures);
        _progress.Metrics("eval", figures);
    }

    public void SayNext() => RunSummary.Next(_terminal.Out, _recipe, _output);

    private void Restore(EarlierRun earlier)
    {
        bool outOfPatience = earlier.State.EarlyStopping?.Counter >= _recipe.Training.EarlyStoppingSteps;
        _state = earlier.State with { MaxSteps = _plan.TotalSteps, NumTrainEpochs = _plan.Epochs, ShouldStop = outOfPatience };
        _sums.Restore(earlier.Run);
        earlier.Restore(_optimizer, _schedule, _terminal.Error);
    }

    private void RequireFinite(in StepResult result, int number, IReadOnlyList<Batch> batches)
    {
        if (float.IsFinite(result.Loss) && float.IsFinite(result.GradNorm)) return;
        var rows = batches.SelectMany(batch => batch.Origins).SelectMany(origins => origins).Take(4).Select(origin => origin.ToString());
        throw new UserError($"step {number}: loss {result.Loss}, gradient norm {result.GradNorm} with {string.Join("; ", rows)} …: nothing was updated; "
            + "lower learning_rate, or look at those rows (the last checkpoint is intact)");
    }

    public void Dispose() => _optimizer.Dispose();
}
