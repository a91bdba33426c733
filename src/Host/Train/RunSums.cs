// The sums that a run keeps between log lines and over all its steps; a checkpoint holds them, so that a resumed run's log is the same.
using FastTune.Train.State;

namespace FastTune.Train;

internal sealed class RunSums
{
    private double _lossSum;
    private int _lossSteps;
    private double _allLosses;

    /// <summary>Sum of the losses of the steps since the run was begun or resumed: of these alone the Trainer makes its train_loss.</summary>
    public double Losses { get; private set; }

    /// <summary>Input ids trained on in all steps, padding included.</summary>
    public long Tokens { get; private set; }

    /// <summary>The same, in this process alone.</summary>
    public long TokensHere { get; private set; }

    public void Add(double loss, long tokens)
    {
        _lossSum += loss;
        _lossSteps++;
        Losses += loss;
        _allLosses += loss;
        Tokens += tokens;
        TokensHere += tokens;
    }

    /// <summary>Mean loss of the steps since this was last called; there was one at least.</summary>
    public double TakeMeanLoss()
    {
        double mean = _lossSum / _lossSteps;
        (_lossSum, _lossSteps) = (0, 0);
        return mean;
    }

    public RunState Save(string data, int dataStart) => new(data, dataStart, _lossSum, _lossSteps, _allLosses, Tokens);

    public void Restore(RunState state) =>
        (_lossSum, _lossSteps, _allLosses, Tokens) = (state.LossSum, state.LossSteps, state.AllLosses, state.Tokens);

    /// <summary>For a run that has no step left: the sum is that of the steps before it was interrupted.</summary>
    public void CountEarlier() => Losses = _allLosses;
}
