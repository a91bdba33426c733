// The engine's GGUF types: conversions at the edges of the 16-bit formats, vector and scalar paths alike, lengths checked.
using FastTune.Kernels.Weights.Gguf;
using Xunit;

namespace FastTune.Tests.Kernels.Weights;

public class GgufTypeTests
{
    [Fact]
    public void F16_widens_every_pattern_exactly()
    {
        ushort[] patterns = [.. Enumerable.Range(0, 65536).Select(bits => (ushort)bits)];
        var values = new float[patterns.Length];
        F16.Widen(patterns, values);
        for (int i = 0; i < values.Length; i++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf(patterns[i]);
            if (float.IsNaN(expected)) Assert.True(float.IsNaN(values[i]));
            else Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(values[i]));
        }
    }

    [Theory]
    [InlineData(1.00390625f, 0x3f80)]
    [InlineData(1.01171875f, 0x3f82)]
    [InlineData(1.0039064f, 0x3f81)]
    [InlineData(3.4028235e38f, 0x7f80)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1e-45f, 0x0000)]
    public void BF16_rounds_to_nearest_even(float value, int expected)
    {
        // Seventeen values: sixteen by vectors, one by the tail.
        float[] values = [.. Enumerable.Repeat(value, 17)];
        var narrow = new ushort[17];
        BF16.Narrow(values, narrow);
        Assert.All(narrow, bits => Assert.Equal(expected, bits));
    }

    [Fact]
    public void BF16_keeps_NaN()
    {
        float[] values = [.. Enumerable.Repeat(BitConverter.UInt32BitsToSingle(0x7f800001), 17)];
        var narrow = new ushort[17];
        BF16.Narrow(values, narrow);
        var wide = new float[17];
        BF16.Widen(narrow, wide);
        Assert.All(wide, value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Decoding_takes_whole_blocks_only()
    {
        var type = GgufTypes.ById(8)!;
        Assert.Throws<ArgumentException>(() => type.Decode(new byte[34], new float[31]));
        Assert.Throws<ArgumentException>(() => type.Decode(new byte[33], new float[32]));
        Assert.Throws<NotSupportedException>(() => GgufTypes.ById(16)!.Decode(new byte[66], new float[256]));
        Assert.Null(GgufTypes.ById(4));
    }

    // Every code once: q = i - 8 with d = 0.5; the golden holds the layouts, this their order within a block.
    [Fact]
    public void Q4_0_takes_low_nibbles_first()
    {
        var block = new byte[18];
        (block[0], block[1]) = (0x00, 0x38);
        for (int j = 0; j < 16; j++) block[2 + j] = (byte)(j | (15 - j) << 4);
        var values = new float[32];
        GgufTypes.ById(2)!.Decode(block, values);
        for (int j = 0; j < 16; j++) Assert.Equal(((j - 8) * 0.5f, (7 - j) * 0.5f), (values[j], values[16 + j]));
    }
}
