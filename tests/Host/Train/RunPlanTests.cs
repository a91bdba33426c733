// Holds the run's arithmetic to recorded runs: epochs of each step, windows, intervals.
using FastTune.Config;
using FastTune.Train;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class RunPlanTests
{
    private static readonly TrainingOptions Quiet = new() { SaveStrategy = "no", LoggingSteps = 1 };

    [Fact]
    public void TheLastWindowOfAnEpochIsShort()
    {
        // 30 rows in batches of 2, four a step, two epochs: a recorded LLaMA-Factory run.
        var plan = RunPlan.Create(30, Quiet with { PerDeviceTrainBatchSize = 2, GradientAccumulationSteps = 4, NumTrainEpochs = 2 });
        Assert.Equal((8, 2, 15), (plan.TotalSteps, plan.Epochs, plan.BatchesPerEpoch));
        Assert.Equal([0.26666666666666666, 0.5333333333333333, 0.8, 1.0, 1.2666666666666666, 1.5333333333333332, 1.8, 2.0],
            Enumerable.Range(1, 8).Select(plan.EpochAfter));
        Assert.Equal([4, 4, 4, 3, 4, 4, 4, 3], Enumerable.Range(1, 8).Select(step => plan.Window(step).Count));
        Assert.Equal(new StepWindow(1, 4, 4), plan.Window(6));
    }

    [Fact]
    public void ADroppedBatchIsNotCounted()
    {
        var plan = RunPlan.Create(19, Quiet with { PerDeviceTrainBatchSize = 4, GradientAccumulationSteps = 3, NumTrainEpochs = 2, DataloaderDropLast = true });
        Assert.Equal([0.75, 1.0, 1.75, 2.0], Enumerable.Range(1, plan.TotalSteps).Select(plan.EpochAfter));
    }

    [Theory]
    [InlineData(16, 40, 1.6, 2)]
    [InlineData(12, 12, 4.0, 4)]
    public void MaxStepsWinOverEpochs(int steps, int rows, double epoch, int epochs)
    {
        var plan = RunPlan.Create(rows, Quiet with { PerDeviceTrainBatchSize = 4, MaxSteps = steps });
        Assert.Equal((steps, epoch, epochs), (plan.TotalSteps, plan.EpochAfter(steps), plan.Epochs));
    }

    [Fact]
    public void AFractionOfAnEpochIsRoundedUpToAStep()
    {
        var plan = RunPlan.Create(10, Quiet with { PerDeviceTrainBatchSize = 1, NumTrainEpochs = 1.55 });
        Assert.Equal((16, 2), (plan.TotalSteps, plan.Epochs));
    }

    [Fact]
    public void RatiosBecomeIntervalsAndTheEndIsSavedAndEvaluated()
    {
        var plan = RunPlan.Create(40, new TrainingOptions
        {
            PerDeviceTrainBatchSize = 4,
            MaxSteps = 15,
            LoggingSteps = 0.125,
            LoggingFirstStep = true,
            EvalStrategy = "steps",
            EvalSteps = 0.25,
            SaveSteps = 0.25,
        });
        Assert.Equal((2, 4, 4), (plan.LoggingSteps, plan.EvalSteps, plan.SaveSteps));
        Assert.Equal([1, 2, 4, 6, 8, 10, 12, 14], Steps(plan, e => e.Log));
        Assert.Equal([4, 8, 12, 15], Steps(plan, e => e.Evaluate));
        Assert.Equal([4, 8, 12, 15], Steps(plan, e => e.Save));
    }

    [Fact]
    public void EpochStrategiesFireAtEveryEpochsEnd()
    {
        var plan = RunPlan.Create(12, new TrainingOptions { PerDeviceTrainBatchSize = 4, MaxSteps = 7, LoggingStrategy = "epoch", EvalStrategy = "epoch", SaveStrategy = "epoch", EvalDelay = 1.5 });
        Assert.Equal([3, 6, 7], Steps(plan, e => e.Log));
        Assert.Equal([3, 6, 7], Steps(plan, e => e.Save));
        Assert.Equal([6, 7], Steps(plan, e => e.Evaluate));
    }

    [Fact]
    public void UnusedIntervalsKeepTransformersDefault() =>
        Assert.Equal(500, RunPlan.Create(8, Quiet).EvalSteps);

    [Theory]
    [InlineData(3, 1.0, 1.0, "do not fill one batch")]
    [InlineData(8, 0.0, 1.0, "num_train_epochs")]
    [InlineData(8, 1.0, 0.0, "logging_steps")]
    public void RunsThatCannotBeAreNamed(int rows, double epochs, double logging, string message)
    {
        var options = Quiet with { PerDeviceTrainBatchSize = 4, DataloaderDropLast = true, NumTrainEpochs = epochs, LoggingSteps = logging };
        Assert.Contains(message, Assert.Throws<UserError>(() => RunPlan.Create(rows, options)).Message);
    }

    private static IEnumerable<int> Steps(RunPlan plan, Func<StepEvents, bool> chosen) =>
        Enumerable.Range(1, plan.TotalSteps).Where(step => chosen(plan.Events(step)));
}
