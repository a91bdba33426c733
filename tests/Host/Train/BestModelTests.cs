// What counts as a better evaluation, and when patience is over.
using FastTune.Config;
using FastTune.Train;
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class BestModelTests
{
    [Theory]
    [InlineData("loss", null, false)]
    [InlineData("eval_loss", true, true)]
    [InlineData("accuracy", null, true)]
    public void The_metric_says_its_direction_unless_it_is_given(string metric, bool? greater, bool higherWins)
    {
        var best = new BestModel(new TrainingOptions { MetricForBestModel = metric, GreaterIsBetter = greater }, plateau: false);
        TrainerState state = Judge(best, Judge(best, new TrainerState(), 1, 0.5), 2, 0.7);
        Assert.Equal(higherWins ? (2, 0.7) : (1, 0.5), (state.BestGlobalStep!.Value, state.BestMetric!.Value));
    }

    [Fact]
    public void Patience_counts_evaluations_in_a_row_without_a_better_one()
    {
        var best = new BestModel(new TrainingOptions { LoadBestModelAtEnd = true, EarlyStoppingSteps = 2 }, plateau: false);
        var state = new TrainerState();
        bool[] stops = new bool[6];
        double[] losses = [1.0, 1.1, 0.9, 0.9, 0.8, 0.9];
        for (int i = 0; i < losses.Length; i++)
        {
            state = Judge(best, state, i + 1, losses[i]);
            stops[i] = state.ShouldStop;
        }
        Assert.DoesNotContain(true, stops);
        Assert.True(Judge(best, state, 7, 0.8).ShouldStop);
        Assert.Equal(5, state.BestGlobalStep);
    }

    [Fact]
    public void Without_a_metric_nothing_is_best_and_an_unknown_one_is_named()
    {
        Assert.Null(Judge(new BestModel(new TrainingOptions(), plateau: false), new TrainerState(), 1, 1).BestMetric);
        var error = Assert.Throws<UserError>(() => Judge(new BestModel(new TrainingOptions { MetricForBestModel = "rouge" }, plateau: false), new TrainerState(), 1, 1));
        Assert.Contains("metric_for_best_model: no 'eval_rouge'", error.Message);
    }

    private static TrainerState Judge(BestModel best, TrainerState state, int step, double value) => best.Judge(
        state with { GlobalStep = step }, new Dictionary<string, object?> { ["eval_loss"] = value, ["eval_accuracy"] = value });
}
