// Holds row orders to what the trainer promises: every row once, longest first, both parts of a split disjoint.
using FastTune.Rng;
using Xunit;

namespace FastTune.Tests.Host.Rng;

public class SampleOrderTests
{
    [Fact]
    public void AnEpochIsSeededByItsNumberAlone()
    {
        Assert.Empty(SampleOrder.Shuffled(0, 42, 0));
        Assert.Equal([3, 1, 2, 4, 5, 0, 6], SampleOrder.Shuffled(7, 42, 1));
        Assert.Equal(SampleOrder.Shuffled(7, 43, 0), SampleOrder.Shuffled(7, 42, 1));
    }

    [Fact]
    public void GroupedRowsAreSortedInBlocksWithTheLongestRowFirst()
    {
        int[] lengths = [.. Enumerable.Range(0, 100).Select(i => i * 37 % 64)];
        lengths[77] = 500;
        int[] order = SampleOrder.GroupedByLength(lengths, 4, new TorchGenerator(1));
        Assert.Equal(77, order[0]);
        Assert.Equal(Enumerable.Range(0, 100), order.Order());
        int block = 4 * (100 / 16);
        int[] firstSwapped = [.. order.Skip(1).Take(block - 1).Select(row => lengths[row])];
        Assert.Equal(firstSwapped.OrderDescending(), firstSwapped);
    }

    [Fact]
    public void GroupedEpochsDrawFromOneStreamAsTheTrainerDoes()
    {
        // Recorded from a LLaMA-Factory run with seed 42 and batches of 4; each epoch's loader takes two draws first.
        int[] lengths = [24, 27, 35, 24, 57, 35, 34, 24, 37, 35, 57, 28, 24, 37, 30, 24, 74, 31, 24, 20, 24, 35];
        var stream = new TorchGenerator(42);
        stream.Next64();
        Assert.Equal([16, 17, 20, 0, 8, 1, 12, 15, 2, 6, 11, 7, 10, 13, 21, 3, 5, 9, 18, 19, 4, 14], SampleOrder.GroupedByLength(lengths, 4, stream));
        stream.Next64();
        Assert.Equal([16, 11, 1, 0, 8, 5, 6, 17, 13, 14, 15, 18, 9, 10, 4, 2, 21, 3, 7, 19, 12, 20], SampleOrder.GroupedByLength(lengths, 4, stream));
    }

    [Theory]
    [InlineData(false, new[] { 4, 4, 2 })]
    [InlineData(true, new[] { 4, 4 })]
    public void TheLastBatchIsSmallerOrDropped(bool dropLast, int[] sizes) =>
        Assert.Equal(sizes, SampleOrder.Batches(SampleOrder.InFileOrder(10), 4, dropLast).Select(b => b.Count));

    [Theory]
    [InlineData(10, 0.0)]
    [InlineData(10, 10.0)]
    [InlineData(10, 0.95)]
    [InlineData(10, double.NaN)]
    public void ASplitThatEmptiesAPartIsRefused(int rows, double size)
    {
        var error = Assert.Throws<UserError>(() => SampleOrder.Split(rows, size, 42));
        Assert.Contains("val_size", error.Message);
    }

    [Fact]
    public void ASplitTakesNumPysPermutation()
    {
        var (train, validation) = SampleOrder.Split(23, 0.25, 42);
        Assert.Equal([18, 10, 17, 22, 16, 15], validation);
        Assert.Equal(17, train.Length);
        Assert.Equal(Enumerable.Range(0, 23), train.Concat(validation).Order());
    }
}
