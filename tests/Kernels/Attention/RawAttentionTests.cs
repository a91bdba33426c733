// Raw attention against the oracle in double, on every vector path and thread count; the oracle against finite differences.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Attention;

public class RawAttentionTests
{
    public static TheoryData<int> Cases() => [.. Enumerable.Range(0, RawAttentionCase.All().Count())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Matches_the_oracle_on_every_path(int index)
    {
        var shape = RawAttentionCase.All().ElementAt(index);
        var data = new RawAttentionData(shape);
        AttentionResult expected = data.Expected(), first = data.Run(IsaLevel.Avx2, 1);
        bool half = shape.Type == DType.BF16;
        Close("O", expected.O, first.O, half ? 4e-3 : 1e-5);
        Close("lse", expected.Lse, first.Lse, half ? 1e-5 : 1e-6);
        Close("dQ", expected.DQ, first.DQ, half ? 8e-3 : 2e-5);
        Close("dK", expected.DK, first.DK, half ? 8e-3 : 2e-5);
        Close("dV", expected.DV, first.DV, half ? 8e-3 : 2e-5);
        if (shape.Sinks) Close("dSinks", expected.DSinks, first.DSinks, half ? 8e-3 : 2e-5);
        foreach (var level in new[] { IsaLevel.Avx2, IsaLevel.Avx512, IsaLevel.Scalar })
            foreach (int threads in level == IsaLevel.Avx2 ? new[] { 2, 3 } : [2]) Same(first, data.Run(level, threads));
    }

    [Fact]
    public void What_a_query_does_not_see_cannot_reach_it()
    {
        var data = new RawAttentionData(new([100], [100], 3, 1, 16));
        for (int c = 0; c < 16; c++) data.V[60 * 16 + c] = data.K[60 * 16 + c] = float.NaN;
        double[] o = data.Run(Isa.Current, 2).O;
        for (int i = 0; i < 100; i++)
            for (int c = 0; c < 48; c++) Assert.Equal(i >= 60, double.IsNaN(o[i * 48 + c]));
    }

    [Fact]
    public void The_oracle_agrees_with_finite_differences()
    {
        const int dim = 3, keys = 5;
        var random = new Random(1);
        double[] q = Numbers(random, dim), k = Numbers(random, keys * dim), v = Numbers(random, keys * dim), grad = Numbers(random, dim);
        double sink = 0.3;
        double Loss()
        {
            double[] o = new double[dim];
            AttentionReference.Forward<double>(q, k, v, dim, 1, keys, 0.7, 2, sink, o);
            return o.Zip(grad, (a, b) => a * b).Sum();
        }
        double[] o = new double[dim], dq = new double[dim], dk = new double[keys * dim], dv = new double[keys * dim];
        double lse = AttentionReference.Forward<double>(q, k, v, dim, 1, keys, 0.7, 2, sink, o);
        double dSink = AttentionReference.Backward<double>(q, k, v, dim, 1, keys, 0.7, 2, sink, o, lse, grad, dq, dk, dv);
        foreach (var (values, gradients) in new[] { (q, dq), (k, dk), (v, dv) })
            for (int i = 0; i < values.Length; i++)
            {
                double kept = values[i], step = 1e-6;
                values[i] = kept + step;
                double above = Loss();
                values[i] = kept - step;
                double below = Loss();
                values[i] = kept;
                Assert.Equal((above - below) / (2 * step), gradients[i], 1e-8);
            }
        double before = Loss();
        sink += 1e-6;
        Assert.Equal((Loss() - before) / 1e-6, dSink, 1e-6);
    }

    static double[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 1)];

    static void Close(string name, double[] expected, double[] actual, double tolerance)
    {
        double error = 0, norm = 0, worst = 0, largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (double.IsInfinity(expected[i]) && expected[i] == actual[i]) continue;
            double difference = expected[i] - actual[i];
            error += difference * difference;
            norm += expected[i] * expected[i];
            worst = Math.Max(worst, Math.Abs(difference));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }
        // Differences of near-equal terms (dQ of one visible key is 0): a floor of 1e-2 of the typical scale (kernels.md 1.1).
        double scale = Math.Max(Math.Sqrt(norm), 1e-2 * Math.Sqrt(expected.Length));
        Assert.True(Math.Sqrt(error) <= tolerance * scale, $"{name}: relative error {Math.Sqrt(error) / scale}");
        Assert.True(worst <= 8 * tolerance * Math.Max(largest, 1e-2), $"{name}: largest error {worst} of {largest}");
    }

    static void Same(AttentionResult a, AttentionResult b)
    {
        Assert.Equal(a.O, b.O);
        Assert.Equal(a.Lse, b.Lse);
        Assert.Equal(a.DQ, b.DQ);
        Assert.Equal(a.DK, b.DK);
        Assert.Equal(a.DV, b.DV);
        Assert.Equal(a.DSinks, b.DSinks);
    }
}
