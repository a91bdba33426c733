// The sums that a run keeps between log lines and over all its steps; a checkpoint holds them, so that a resumed run's log is the same.
using FastTune.Train.State;

namespace FastTune.Train;

internal sealed class RunSums
{
    private double _lossSum;
    private int _lossSteps;

    /// <summary>Sum of the losses of all steps.</summary>
    public double AllLosses { get; private set; }

    /// <summary>Input ids trained on in all steps, padding included.</summary>
    public long Tokens { get; private set; }

    /// <summary>The same, in this process alone.</summary>
    public long TokensHere { get; private set; }

    public void Add(double loss, long tokens)
    {
        _lossSum += loss;
        _lossSteps++;
        AllLosses += loss;
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

    public RunState Save(string data, int dataStart) => new(data, dataStart, _lossSum, _lossSteps, AllLosses, Tokens);

    public void Restore(RunState state) =>
        (_lossSum, _lossSteps, AllLosses, Tokens) = (state.LossSum, state.LossSteps, state.AllLosses, state.Tokens);
}
