// A case's operands in guarded memory, the product by definition, and one run of the kernel.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Tensors;
using Xunit;

namespace FastTune.Tests.Kernels.Gemm;

/// <summary>Operands end at a page without access, so that reading past them faults; the result lies between canaries.</summary>
sealed unsafe class MatmulData : IDisposable
{
    readonly MatmulCase shape;
    readonly float[] a, b, c, bias;
    readonly GuardedPages pagesA, pagesB, pagesBias;
    static readonly Dictionary<int, CpuPool> Pools = [];

    public MatmulData(MatmulCase shape)
    {
        this.shape = shape;
        var random = new Random(shape.M * 31 + shape.N * 7 + shape.K);
        a = Fill(random, shape.ARows * shape.AColumns, shape.AType);
        b = Fill(random, shape.BRows * shape.BColumns, shape.BType);
        c = Fill(random, (long)shape.M * shape.N, shape.CType);
        bias = Fill(random, shape.N, DType.F32);
        pagesA = Store(a, shape.ARows, shape.AColumns, shape.AType);
        pagesB = Store(b, shape.BRows, shape.BColumns, shape.BType);
        pagesBias = new GuardedPages(4L * shape.N);
        bias.CopyTo(new Span<float>(pagesBias.Data, shape.N));
    }

    public void SetA(int row, int column, float value)
    {
        a[row * shape.AColumns + column] = value;
        Write(pagesA.Data, row * (shape.AColumns + shape.Pad) + column, value, shape.AType);
    }

    /// <summary>The formula, in double.</summary>
    public double[] Expected()
    {
        double[] result = new double[(long)shape.M * shape.N];
        for (int i = 0; i < shape.M; i++)
            for (int j = 0; j < shape.N; j++)
            {
                double sum = 0;
                for (int k = 0; k < shape.K; k++)
                    sum += (double)a[shape.TransposeA ? (long)k * shape.M + i : (long)i * shape.K + k] * b[shape.TransposeB ? (long)j * shape.K + k : (long)k * shape.N + j];
                long at = (long)i * shape.N + j;
                result[at] = shape.Alpha * sum + (shape.Beta == 0 ? 0 : shape.Beta * c[at]) + (shape.Bias ? bias[j] : 0);
            }
        return result;
    }

    public void AssertClose(double[] expected, float[] actual)
    {
        // kernels.md 1.1: relative in the 2-norm, and no element off by more than 8 u of the largest.
        bool half = shape.CType == DType.BF16;
        double error = 0, norm = 0, worst = 0, largest = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = expected[i] - actual[i];
            error += difference * difference;
            norm += expected[i] * expected[i];
            worst = Math.Max(worst, Math.Abs(difference));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }
        Assert.True(Math.Sqrt(error) <= (half ? 4e-3 : 1e-5) * Math.Sqrt(norm), $"relative error {Math.Sqrt(error / norm)}");
        Assert.True(worst <= (half ? 8.0 / 256 : 1e-5) * largest, $"largest error {worst} of {largest}");
    }

    public float[] Run(IsaLevel level, int threads) => Run(threads, (pool, args) => CpuMatmul.Run(pool, args, level));

    public float[] Run(GemmKernel kernel, int threads) => Run(threads, (pool, args) => CpuMatmul.Run(pool, args, kernel));

    float[] Run(int threads, Action<CpuPool, MatmulArgs> product)
    {
        long pitch = shape.N + shape.Pad;
        int size = shape.CType.Size();
        using var result = new GuardedBuffer(Math.Max(shape.M * pitch - shape.Pad, 0) * size, 4 * (shape.M % 4));
        for (int i = 0; i < shape.M; i++)
            for (int j = 0; j < shape.N; j++) Write(result.Data, i * pitch + j, shape.Beta == 0 ? float.NaN : c[i * shape.N + j], shape.CType);
        product(Pool(threads), Args(result.Data, pitch));
        result.Check();
        float[] values = new float[(long)shape.M * shape.N];
        for (int i = 0; i < shape.M; i++)
            for (int j = 0; j < shape.N; j++) values[i * shape.N + j] = Read(result.Data, i * pitch + j, shape.CType);
        return values;
    }

    MatmulArgs Args(byte* c, long pitch) => new()
    {
        M = shape.M,
        N = shape.N,
        K = shape.K,
        A = Operand(pagesA.Data, shape.AColumns, shape.AType, shape.TransposeA, shape.StoredA),
        B = Operand(pagesB.Data, shape.BColumns, shape.BType, shape.TransposeB, shape.StoredB),
        C = c,
        CType = shape.CType,
        CPitch = pitch,
        Alpha = shape.Alpha,
        Beta = shape.Beta,
        Bias = shape.Bias ? (float*)pagesBias.Data : null,
    };

    MatrixOperand Operand(byte* data, long columns, DType type, bool transposed, bool stored) => stored
        ? new() { Transposed = transposed, Stored = new Plain(data, columns + shape.Pad, type) }
        : new() { Data = data, Type = type, RowPitch = columns + shape.Pad, Transposed = transposed };

    static CpuPool Pool(int threads)
    {
        lock (Pools)
        {
            if (!Pools.TryGetValue(threads, out var pool)) Pools[threads] = pool = new CpuPool(threads);
            return pool;
        }
    }

    GuardedPages Store(float[] values, long rows, long columns, DType type)
    {
        long pitch = columns + shape.Pad;
        var pages = new GuardedPages(Math.Max(rows * pitch - shape.Pad, 0) * type.Size());
        for (long i = 0; i < rows; i++)
            for (long j = 0; j < columns; j++) Write(pages.Data, i * pitch + j, values[i * columns + j], type);
        return pages;
    }

    static float[] Fill(Random random, long count, DType type)
    {
        float[] values = new float[count];
        for (long i = 0; i < count; i++)
        {
            float value = random.NextSingle() * 2 - 1;
            values[i] = type switch
            {
                DType.BF16 => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000),
                DType.F16 => (float)(Half)value,
                _ => value,
            };
        }
        return values;
    }

    static void Write(byte* data, long at, float value, DType type)
    {
        if (type == DType.F32) ((float*)data)[at] = value;
        else if (type == DType.F16) ((Half*)data)[at] = (Half)value;
        else ((ushort*)data)[at] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
    }

    static float Read(byte* data, long at, DType type) => type == DType.F32
        ? ((float*)data)[at]
        : BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[at] << 16);

    public void Dispose()
    {
        pagesA.Dispose();
        pagesB.Dispose();
        pagesBias.Dispose();
    }

    sealed class Plain(byte* data, long pitch, DType type) : IStoredMatrix
    {
        public void Decode(long row, int rows, long col, int cols, float* destination, long destinationPitch)
        {
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < cols; j++)
                    destination[i * destinationPitch + j] = type == DType.F32
                        ? ((float*)data)[(row + i) * pitch + col + j]
                        : Read(data, (row + i) * pitch + col + j, type);
        }
    }
}
