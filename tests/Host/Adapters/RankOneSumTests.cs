// Weighted sums of adapters: nothing is lost at full rank, and a cut keeps the largest singular values.
using FastTune.Adapters;
using Xunit;

namespace FastTune.Tests.Host.Adapters;

public class RankOneSumTests
{
    // Singular values 6 and 2: the columns of B and the rows of A are orthogonal.
    private static readonly float[] _a = [1, 0, 0, 0, 2, 0], _b = [6, 0, 0, 1];

    [Fact]
    public void Keeps_the_largest_singular_value_however_the_terms_were_mixed()
    {
        var sum = new RankOneSum(3, 2);
        sum.Add(_a, _b, 0.25);
        sum.Add(_a, _b, 0.75);
        Assert.Equal(4, sum.Rank);
        sum.Truncate(1);
        AssertMatrix([6, 0, 0, 0, 0, 0], sum);
    }

    [Fact]
    public void Loses_nothing_while_the_rank_suffices()
    {
        var sum = new RankOneSum(3, 2);
        sum.Add([1, 2, 3, -1, 0, 2], [1, 0.5f, 2, -1], 2);
        sum.Add([0, 0, 0], [4, 4], 1);
        sum.Truncate(2);
        AssertMatrix([1, 4, 8, 6, 8, 8], sum);
    }

    private static void AssertMatrix(float[] expected, RankOneSum sum)
    {
        float[] a = sum.A(), b = sum.B();
        for (int o = 0; o < sum.Outputs; o++)
            for (int i = 0; i < sum.Inputs; i++)
                Assert.Equal(expected[o * sum.Inputs + i], Enumerable.Range(0, sum.Rank).Sum(k => b[o * sum.Rank + k] * a[k * sum.Inputs + i]), 1e-5f);
    }
}
