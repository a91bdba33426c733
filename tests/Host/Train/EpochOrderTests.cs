// Orders of an epoch by the sampling keys: length grouping repeats, sequential keeps the file's order, disable_shuffling wins.
using FastTune.Config;
using FastTune.Data;
using FastTune.Train;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class EpochOrderTests
{
    private static readonly TrainingOptions Grouped = new()
    {
        PerDeviceTrainBatchSize = 2,
        GradientAccumulationSteps = 1,
        NumTrainEpochs = 3,
        TrainSamplingStrategy = "group_by_length",
    };

    private static readonly IReadOnlyList<Sample> Rows = [.. Enumerable.Range(0, 20).Select(i => Row(1 + i * 7 % 20))];

    [Fact]
    public void The_longest_row_comes_first_and_blocks_are_sorted()
    {
        int[] order = EpochOrder.Of(Rows, Grouped, 0);
        Assert.Equal(Enumerable.Range(0, 20), order.Order());
        Assert.Equal(20, Rows[order[0]].InputIds.Length);
        Assert.All(Enumerable.Range(0, 4).Where(i => i is not 1 and not 3), i => Assert.True(Rows[order[i]].InputIds.Length >= Rows[order[i + 1]].InputIds.Length));
    }

    [Fact]
    public void An_evaluation_in_between_moves_the_stream_of_the_next_epoch()
    {
        var evaluated = Grouped with { EvalStrategy = "epoch" };
        Assert.Equal(EpochOrder.Of(Rows, Grouped, 0), EpochOrder.Of(Rows, evaluated, 0));
        Assert.NotEqual(EpochOrder.Of(Rows, Grouped, 1), EpochOrder.Of(Rows, evaluated, 1));
        Assert.Equal(EpochOrder.Of(Rows, evaluated, 1), EpochOrder.Of(Rows, evaluated, 1));
    }

    [Fact]
    public void Sequential_and_disable_shuffling_keep_the_order_of_the_file()
    {
        Assert.Equal(Enumerable.Range(0, 20), EpochOrder.Of(Rows, Grouped with { TrainSamplingStrategy = "sequential" }, 1));
        Assert.Equal(Enumerable.Range(0, 20), EpochOrder.Of(Rows, Grouped with { DisableShuffling = true }, 1));
        Assert.NotEqual(Enumerable.Range(0, 20), EpochOrder.Of(Rows, Grouped with { TrainSamplingStrategy = "random" }, 1));
    }

    private static Sample Row(int length) => new() { InputIds = new int[length], Labels = new int[length] };
}
