// The matrix product against sums in double, on every vector path, with 1, 2 and 3 threads, bit for bit alike.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Gemm;

public class MatmulTests
{
    public static TheoryData<MatmulCase> Cases() => [.. MatmulCase.All()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Matches_the_sum_in_double_on_every_path(MatmulCase shape)
    {
        using var data = new MatmulData(shape);
        double[] expected = data.Expected();
        float[] first = data.Run(IsaLevel.Avx2, 1);
        data.AssertClose(expected, first);
        foreach (var level in new[] { IsaLevel.Avx2, IsaLevel.Avx512, IsaLevel.Scalar })
            foreach (int threads in new[] { 1, 2, 3 })
                Assert.Equal(first.Select(BitConverter.SingleToUInt32Bits), data.Run(level, threads).Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public unsafe void A_nan_stays_in_its_row()
    {
        using var data = new MatmulData(new(20, 40, 300, TransposeB: true));
        data.SetA(7, 3, float.NaN);
        float[] result = data.Run(Isa.Current, 2);
        for (int i = 0; i < 20; i++)
            for (int j = 0; j < 40; j++) Assert.Equal(i == 7, float.IsNaN(result[i * 40 + j]));
    }

    [Fact]
    public unsafe void Wrong_arguments_are_named()
    {
        static string Message(MatmulArgs args) => Assert.Throws<ArgumentException>(() => CpuMatmul.Run(CpuPool.Shared, args)).Message;
        var good = new MatmulArgs { M = 2, N = 3, K = 4, CPitch = 3, A = new() { RowPitch = 4 }, B = new() { RowPitch = 3 } };
        Assert.Contains("K -4", Message(good with { K = -4 }));
        Assert.Contains("row pitch is 2", Message(good with { CPitch = 2 }));
        Assert.Contains("type I32", Message(good with { CType = DType.I32 }));
        Assert.Contains("B's row pitch is 3", Message(good with { B = new() { RowPitch = 3, Transposed = true } }));
        Assert.Contains("A has type U8", Message(good with { A = new() { RowPitch = 4, Type = DType.U8 } }));
    }
}
