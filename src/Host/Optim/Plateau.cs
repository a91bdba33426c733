// The schedule reduce_lr_on_plateau: the rate falls when evaluations stop getting better.
namespace FastTune.Optim;

/// <summary>What a checkpoint keeps of a <see cref="Plateau"/>.</summary>
public sealed record PlateauState(double? Best, int BadEvaluations, int Cooldown, IReadOnlyList<double> Rates);

/// <summary>torch's ReduceLROnPlateau: after more than <c>patience</c> evaluations without a better value the rates of all
/// groups are multiplied by <c>factor</c>.</summary>
internal sealed class Plateau
{
    private readonly double _factor, _threshold, _lowest, _smallestChange;
    private readonly int _patience, _cooldown;
    private readonly bool _larger, _absolute;
    private readonly double[] _rates;
    private double? _best;
    private int _bad, _resting;

    public Plateau(ScheduleArguments run, IReadOnlyList<double> rates)
    {
        _factor = run.Number("factor", 0.1);
        if (_factor >= 1) throw run.Error($"has factor {_factor}, expected a number below 1");
        _patience = run.Count("patience", 10);
        _cooldown = run.Count("cooldown", 0);
        _threshold = run.Number("threshold", 1e-4);
        _lowest = run.Number("min_lr", 0);
        _smallestChange = run.Number("eps", 1e-8);
        _larger = run.Choice("mode", "min", "max") == "max";
        _absolute = run.Choice("threshold_mode", "rel", "abs") == "abs";
        _rates = [.. rates];
    }

    public double Rate(int group) => _rates[group];

    public PlateauState Save() => new(_best, _bad, _resting, [.. _rates]);

    public void Restore(PlateauState state)
    {
        if (state.Rates.Count != _rates.Length) throw new ArgumentException($"[plateau] the saved state has {state.Rates.Count} groups, the run {_rates.Length}");
        (_best, _bad, _resting) = (state.Best, state.BadEvaluations, state.Cooldown);
        for (int i = 0; i < _rates.Length; i++) _rates[i] = state.Rates[i];
    }

    /// <summary>Takes the metric of an evaluation.</summary>
    public void Observe(double metric)
    {
        if (IsBetter(metric)) (_best, _bad) = (metric, 0);
        else _bad++;
        if (_resting > 0) (_resting, _bad) = (_resting - 1, 0);
        if (_bad <= _patience) return;
        (_resting, _bad) = (_cooldown, 0);
        foreach (ref double rate in _rates.AsSpan())
        {
            double lower = Math.Max(rate * _factor, _lowest);
            if (rate - lower > _smallestChange) rate = lower;
        }
    }

    private bool IsBetter(double metric)
    {
        if (_best is not { } best) return !double.IsNaN(metric);
        double sign = _larger ? 1 : -1;
        double bound = _absolute ? best + sign * _threshold : best * (1 + sign * _threshold);
        return _larger ? metric > bound : metric < bound;
    }
}
