// Elementary functions against double precision, and the two lane widths against each other, bit for bit.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;
using Xunit;

namespace FastTune.Tests.Kernels.Cpu;

public unsafe class VectorMathTests
{
    [Fact]
    public void Exp_is_within_one_ulp_over_its_whole_range()
    {
        float[] x = [.. Enumerable.Range(0, 400_000).Select(i => -105f + i * (194f / 400_000))];
        float[] y = Map<Lanes256>(x, VectorMath.Exp);
        double worst = x.Zip(y).Max(pair => UlpError(Math.Exp(pair.First), pair.Second));
        Assert.InRange(worst, 0, 1.0);
    }

    [Fact]
    public void Exp_keeps_the_special_values()
    {
        float[] x = [float.NegativeInfinity, -1e4f, -104f, 0f, -0f, 88.73f, 1e4f, float.PositiveInfinity, float.NaN, -float.NaN];
        float[] y = Map<Lanes256>(x, VectorMath.Exp);
        Assert.Equal([0f, 0f, 0f, 1f, 1f, float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity, float.NaN, float.NaN], y);
    }

    [Fact]
    public void Weights_are_within_one_ulp_and_nothing_below_minus_87()
    {
        float[] x = [.. Enumerable.Range(0, 200_000).Select(i => -87f + i * (88f / 200_000))];
        Assert.InRange(x.Zip(Map<Lanes256>(x, VectorMath.ExpOfWeights)).Max(pair => UlpError(Math.Exp(pair.First), pair.Second)), 0, 1.0);
        float[] special = [float.NegativeInfinity, -1e30f, -88f, 0f, float.NaN, -float.NaN, BitConverter.Int32BitsToSingle(0x7F800001)];
        Assert.Equal([0f, 0f, 0f, 1f, float.NaN, float.NaN, float.NaN], Map<Lanes256>(special, VectorMath.ExpOfWeights));
        Assert.Equal(Map<Lanes256>(x, VectorMath.ExpOfWeights).Select(Bits), Map<Lanes512>(x, VectorMath.ExpOfWeights).Select(Bits));
    }

    [Fact]
    public void Both_widths_give_the_same_bits()
    {
        float[] x = [.. Enumerable.Range(0, 4096).Select(i => (i - 2048) * 0.07f), float.NaN, float.PositiveInfinity];
        Assert.Equal(Map<Lanes256>(x, VectorMath.Exp).Select(Bits), Map<Lanes512>(x, VectorMath.Exp).Select(Bits));
        fixed (float* p = x)
            for (int i = 0; i + 16 <= x.Length; i += 16)
            {
                Assert.Equal(Bits(Lanes256.Sum(Lanes256.Load(p + i))), Bits(Lanes512.Sum(Lanes512.Load(p + i))));
                Assert.Equal(Bits(Lanes256.MaxOf(Lanes256.Load(p + i))), Bits(Lanes512.MaxOf(Lanes512.Load(p + i))));
            }
    }

    [Fact]
    public void Sixteen_bit_forms_round_to_nearest_even_and_keep_nan()
    {
        ushort* halves = stackalloc ushort[16];
        float* values = stackalloc float[16];
        for (int start = 0; start < 65536; start += 16)
        {
            for (int i = 0; i < 16; i++) halves[i] = (ushort)(start + i);
            Lanes256.Store(Lanes256.LoadF16(halves), values);
            for (int i = 0; i < 16; i++) Assert.Equal((float)BitConverter.UInt16BitsToHalf(halves[i]), values[i]);
            Lanes512.StoreBF16(Lanes512.LoadBF16(halves), halves);
            for (int i = 0; i < 16; i++)
                if (!float.IsNaN(BitConverter.UInt32BitsToSingle((uint)(start + i) << 16))) Assert.Equal(start + i, halves[i]);
        }
        float[] hard = [1.00390625f, 1.01171875f, 1.004f, float.MaxValue, float.NaN, float.NegativeInfinity, 1e-45f, -0f];
        ushort[] expected = [0x3F80, 0x3F82, 0x3F81, 0x7F80, 0xFFC0, 0xFF80, 0x0000, 0x8000];
        for (int i = 0; i < hard.Length; i++)
        {
            Lanes256.StoreBF16(Lanes256.Fill(hard[i]), halves);
            Assert.Equal(expected[i], halves[i]);
        }
    }

    static uint Bits(float value) => float.IsNaN(value) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(value);

    static double UlpError(double expected, float actual)
    {
        float rounded = (float)expected;
        if (float.IsInfinity(rounded)) return actual == rounded ? 0 : 100;
        double ulp = Math.Max(MathF.BitIncrement(Math.Abs(rounded)) - Math.Abs(rounded), float.Epsilon);
        return Math.Abs(expected - actual) / ulp;
    }

    static float[] Map<T>(float[] x, Func<T, T> function) where T : struct, ILanes<T>
    {
        float[] y = new float[(x.Length + 15) / 16 * 16];
        x.CopyTo(y, 0);
        fixed (float* p = y)
            for (int i = 0; i < y.Length; i += 16) T.Store(function(T.Load(p + i)), p + i);
        return y[..x.Length];
    }
}
