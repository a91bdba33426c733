// One row times a quantised matrix, as a token is decoded: near to the product with the widened matrix, the same bits on every path.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.Dequantize;
using FastTune.Kernels.Ops.Quantize4;
using FastTune.Kernels.Ops.QuantizeRows;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using FastTune.Kernels.Weights.Bnb;
using Xunit;

namespace FastTune.Tests.Kernels.Gemm;

public sealed unsafe class StoredRowTests : IDisposable
{
    private readonly CpuDevice _device = new();

    [Theory]
    [InlineData("nf4", 67, 1024, true)]
    [InlineData("fp4", 33, 192, true)]
    [InlineData("nf4", 5, 100, false)] // blocks run over the rows' ends: the rows are widened
    [InlineData("int8", 67, 1040, true)]
    [InlineData("int8", 9, 101, false)]
    public void Equals_the_widened_product_on_every_path(string kind, int rows, int columns, bool direct)
    {
        using IStoredForm form = Form(kind, rows, columns);
        Assert.Equal(direct, ((IRowDot)form).CanDot);
        using Tensor wide = _device.Empty(new Shape(rows, columns), DType.F32, Category.Workspace);
        Dequantize.Run(_device, form, wide);
        float[] weights = _device.ToArray<float>(wide), x = Values(columns, 5), first = Product(form, x, rows, columns, IsaLevel.Avx2, 1);
        for (int row = 0; row < rows; row++)
        {
            double sum = 0, size = 0;
            for (int i = 0; i < columns; i++)
            {
                sum += (double)weights[row * columns + i] * x[i];
                size += Math.Abs((double)weights[row * columns + i] * x[i]);
            }
            Assert.Equal(sum, first[row], 1e-6 * size);
        }
        foreach (var level in new[] { IsaLevel.Avx2, IsaLevel.Avx512, IsaLevel.Scalar })
            foreach (int threads in new[] { 1, 3 })
                Assert.Equal(first, Product(form, x, rows, columns, level, threads));
    }

    private static float[] Product(IStoredForm form, float[] x, int rows, int columns, IsaLevel level, int threads)
    {
        var result = new float[rows];
        using var pool = new CpuPool(threads);
        fixed (float* from = x, to = result)
            CpuMatmul.Run(pool, new MatmulArgs
            {
                M = 1,
                N = rows,
                K = columns,
                A = new() { Data = from, RowPitch = columns },
                B = new() { Stored = form, Transposed = true },
                C = to,
                CPitch = rows,
            }, level);
        return result;
    }

    private IStoredForm Form(string kind, int rows, int columns)
    {
        using Tensor values = _device.From(Values(rows * columns, 3), new Shape(rows, columns), Category.Workspace);
        if (kind == "int8")
        {
            using var eight = new Int8Builder(_device, rows, columns);
            eight.Add(values);
            return eight.Finish();
        }
        using var four = new FourBitBuilder(_device, rows, columns, new FourBitOptions(kind == "nf4" ? CodeTable.Nf4 : CodeTable.Fp4));
        four.Add(values);
        return four.Finish();
    }

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    public void Dispose() => _device.Dispose();
}
