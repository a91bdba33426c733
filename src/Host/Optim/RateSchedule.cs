// The learning rate of every step: the public door to the schedules.
namespace FastTune.Optim;

/// <summary>What a checkpoint keeps of a schedule (scheduler_state.json).</summary>
/// <param name="BaseLrs">Peak rate of each parameter group.</param>
/// <param name="LastEpoch">Finished steps.</param>
/// <param name="LastLr">Rate that each group uses in the next step.</param>
/// <param name="Plateau">Only for reduce_lr_on_plateau.</param>
public sealed record RateScheduleState(IReadOnlyList<double> BaseLrs, int LastEpoch, IReadOnlyList<double> LastLr, PlateauState? Plateau);

/// <summary>Learning rates as transformers computes them. Step i (from 1) uses the rate after i - 1 finished steps.</summary>
public sealed class RateSchedule
{
    private const string PlateauName = "reduce_lr_on_plateau";
    private readonly double[] _baseRates;
    private readonly Func<int, double>? _shape;
    private readonly Plateau? _plateau;

    private RateSchedule(double[] baseRates, Func<int, double>? shape, Plateau? plateau) =>
        (_baseRates, _shape, _plateau) = (baseRates, shape, plateau);

    /// <summary>Every name of <c>lr_scheduler_type</c>.</summary>
    public static IEnumerable<string> Names => ScheduleShapes.All.Keys.Append(PlateauName);

    /// <summary>True when the rate follows the evaluations, so that the run must evaluate.</summary>
    public bool FollowsEvaluations => _plateau is not null;

    /// <param name="name"><c>lr_scheduler_type</c>.</param>
    /// <param name="arguments"><c>lr_scheduler_kwargs</c>: numbers and strings.</param>
    /// <param name="baseRates">Peak rate of each parameter group; the first one is <c>learning_rate</c>.</param>
    /// <param name="warmupSteps">Steps of warm-up (<see cref="WarmupSteps"/>).</param>
    /// <param name="totalSteps">Optimizer steps of the whole run.</param>
    /// <exception cref="UserError">Unknown schedule, unknown or wrong argument.</exception>
    public static RateSchedule Create(string name, IReadOnlyDictionary<string, object?> arguments, IReadOnlyList<double> baseRates, int warmupSteps, int totalSteps)
    {
        var run = new ScheduleArguments(name, arguments, baseRates[0], warmupSteps, totalSteps);
        Func<int, double>? shape = null;
        Plateau? plateau = null;
        if (name == PlateauName) plateau = new Plateau(run, baseRates);
        else if (ScheduleShapes.All.TryGetValue(name, out var build)) shape = build(run);
        else throw new UserError($"lr_scheduler_type: no schedule '{name}'; choose one of {string.Join(", ", Names)}", 2);
        run.RefuseUnknown();
        return new RateSchedule([.. baseRates], shape, plateau);
    }

    /// <summary>Steps of warm-up for <c>warmup_steps</c>: below 1 it is a share of the run, rounded up; else whole steps.</summary>
    public static int WarmupSteps(double given, int totalSteps) => (int)(given < 1 ? Math.Ceiling(totalSteps * given) : given);

    /// <summary>Rate of a group after <paramref name="finishedSteps"/> steps, that is in the next one.</summary>
    public double Rate(int finishedSteps, int group = 0) => _plateau?.Rate(group) ?? _baseRates[group] * _shape!(finishedSteps);

    /// <summary>Takes the metric of an evaluation; changes nothing unless the rate follows them.</summary>
    public void Observe(double metric) => _plateau?.Observe(metric);

    public RateScheduleState Save(int finishedSteps) =>
        new(_baseRates, finishedSteps, [.. _baseRates.Select((_, group) => Rate(finishedSteps, group))], _plateau?.Save());

    /// <summary>Takes over what only a run can know (the plateau's memory); shapes need the step alone.</summary>
    /// <exception cref="UserError">The checkpoint was made with another schedule.</exception>
    public void Restore(RateScheduleState state)
    {
        if (state.Plateau is null != _plateau is null)
            throw new UserError("scheduler_state.json: the checkpoint was made with another lr_scheduler_type; use the same one, or start anew with overwrite_output_dir: true");
        if (state.Plateau is { } saved) _plateau!.Restore(saved);
    }
}
