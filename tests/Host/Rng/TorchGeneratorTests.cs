// Holds the torch stream to published draws, and to being resumable at any point.
using FastTune.Rng;
using Xunit;

namespace FastTune.Tests.Host.Rng;

public class TorchGeneratorTests
{
    [Fact]
    public void FirstAndTenThousandthDrawAreThoseOfTheReferenceTwister()
    {
        // mt19937's published check: seed 5489, the 10,000th output.
        var stream = new TorchGenerator(5489);
        Assert.Equal(3499211612u, stream.Next32());
        for (int i = 2; i < 10000; i++) stream.Next32();
        Assert.Equal(4123659995u, stream.Next32());
    }

    [Fact]
    public void WideDrawIsTwoNarrowOnesUpperHalfFirst()
    {
        var narrow = new TorchGenerator(7);
        ulong expected = (ulong)narrow.Next32() << 32;
        expected |= narrow.Next32();
        Assert.Equal(expected, new TorchGenerator(7).Next64());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(623)]
    [InlineData(1500)]
    public void ARestoredStreamGoesOnWhereItWasSaved(int drawsBefore)
    {
        var stream = new TorchGenerator(42);
        for (int i = 0; i < drawsBefore; i++) stream.Next32();
        stream.Normal(new float[3]); // leaves half a pair behind
        var restored = TorchGenerator.Restore(stream.Save());
        Assert.Equal(Draw(stream), Draw(restored));

        static float[] Draw(TorchGenerator from)
        {
            var values = new float[3 + 40 + 700];
            from.Normal(values.AsSpan(0, 3));
            from.Normal(values.AsSpan(3, 40));
            from.Uniform(values.AsSpan(43));
            return values;
        }
    }

    [Fact]
    public void AWrongStateIsRefused() =>
        Assert.Throws<ArgumentException>(() => TorchGenerator.Restore(new TorchGeneratorState([1, 2], 0, null)));

    [Fact]
    public void ShortNormalsComeInPairsAcrossCalls()
    {
        var whole = new float[6];
        new TorchGenerator(42).Normal(whole);
        var parts = new float[6];
        var stream = new TorchGenerator(42);
        stream.Normal(parts.AsSpan(0, 1));
        stream.Normal(parts.AsSpan(1, 5));
        Assert.Equal(whole, parts);
        Assert.Equal(0.33669036626815796f, whole[0]);
    }

    [Fact]
    public void AnIncompleteLastBlockIsDrawnAgain()
    {
        // 40 = 2 blocks of 16 and a rest of 8: the last 16 values come from 16 further draws.
        var stream = new TorchGenerator(42);
        stream.Normal(new float[40]);
        var counted = new TorchGenerator(42);
        for (int i = 0; i < 56; i++) counted.Next32();
        Assert.Equal(counted.Next32(), stream.Next32());
    }
}
