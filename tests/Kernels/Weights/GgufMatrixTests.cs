// Matrices in GGUF's block types: rectangles at any offset, and products with rounded activations against the decoded values in double.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Gguf;
using Xunit;

namespace FastTune.Tests.Kernels.Weights;

public unsafe class GgufMatrixTests
{
    private const int Rows = 5, Columns = 768;

    public static TheoryData<string> Types() => [.. GgufTypes.All.Where(type => type.CanDecode).Select(type => type.Name)];

    public static TheoryData<string> Dots() => [.. GgufTypes.All.Where(type => type.Dot is not null).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_rectangle_holds_what_whole_rows_hold(string name)
    {
        using var device = new CpuDevice();
        using GgufMatrix matrix = Matrix(device, name, rounds: false);
        float[] whole = Decode(matrix, 0, Rows, 0, Columns);
        foreach (var (row, rows, col, cols) in new[] { (1, 3, 0, 64), (0, 5, 32, 256), (2, 2, 5, 700), (4, 1, 255, 2), (3, 1, 767, 1), (0, 1, 256, 512) })
        {
            float[] part = Decode(matrix, row, rows, col, cols);
            for (int r = 0; r < rows; r++)
                Assert.Equal(whole.AsSpan((row + r) * Columns + col, cols).ToArray(), part.AsSpan(r * cols, cols).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Dots))]
    public void A_product_with_rounded_activations_is_that_of_the_rounded_values(string name)
    {
        using var device = new CpuDevice();
        using GgufMatrix matrix = Matrix(device, name, rounds: true);
        IDotRows dots = matrix;
        Assert.True(dots.RoundsActivations);
        float[] w = Decode(matrix, 0, Rows, 0, Columns), x = Activations();
        byte[] memory = new byte[Int8Activations.BytesFor(2, Columns)];
        fixed (byte* bytes = memory)
        fixed (float* values = x)
        {
            var rounded = new Int8Activations(bytes, 2, Columns);
            rounded.Round(0, values);
            rounded.Round(1, values + Columns);
            for (int xRow = 0; xRow < 2; xRow++)
                for (int row = 0; row < Rows; row++)
                {
                    double expected = 0, size = 0;
                    for (int i = 0; i < Columns; i++)
                    {
                        double term = (double)w[row * Columns + i] * rounded.Row(xRow)[i] * rounded.Scales(xRow)[i / 32];
                        expected += term;
                        size += Math.Abs(term);
                    }
                    Assert.InRange(Math.Abs(dots.Dot(row, rounded, xRow) - expected), 0, 1e-6 * size);
                }
        }
    }

    [Fact]
    public void Rounding_keeps_the_largest_value_of_a_block_and_names_what_is_not_finite()
    {
        float[] x = Activations();
        x[70] = float.PositiveInfinity;
        byte[] memory = new byte[Int8Activations.BytesFor(1, Columns)];
        fixed (byte* bytes = memory)
        fixed (float* values = x)
        {
            var rounded = new Int8Activations(bytes, 1, Columns);
            rounded.Round(0, values);
            for (int block = 0; block < Columns / 32; block++)
            {
                float largest = x.AsSpan(32 * block, 32).ToArray().Max(MathF.Abs);
                if (block == 2) Assert.True(float.IsNaN(rounded.Scales(0)[block]));
                else Assert.Equal(largest / 127, rounded.Scales(0)[block]);
                for (int i = 0; i < 32 && block != 2; i++)
                    Assert.InRange(Math.Abs(x[32 * block + i] - rounded.Row(0)[32 * block + i] * rounded.Scales(0)[block]), 0, 0.501f * largest / 127);
            }
        }
    }

    private static float[] Activations()
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, 2 * Columns).Select(i => i / 32 == 5 ? 0 : (random.NextSingle() - 0.5f) * (i % 7))];
    }

    private static GgufMatrix Matrix(CpuDevice device, string name, bool rounds)
    {
        GgufType type = GgufTypes.All.Single(entry => entry.Name == name);
        int bytes = Columns / type.BlockLength * type.BlockBytes;
        byte[] blocks = new byte[Rows * bytes];
        new Random(name.Length * 31 + bytes).NextBytes(blocks);
        Finite(type, blocks);
        return new GgufMatrix(type, device.From<byte>(blocks, new Shape(Rows, bytes), DType.U8, Category.Weights), Columns, rounds);
    }

    // Random bytes as scales may be NaN or huge: exponents of two-byte fields at the places of scales are made small.
    private static void Finite(GgufType type, byte[] blocks)
    {
        int[] halves = type.Name switch { "Q4_1" => [0, 2], "Q6_K" => [208], "Q8_0" or "Q4_0" or "F16" => [0], _ => [] };
        foreach (int at in halves)
            for (int block = 0; block < blocks.Length; block += type.BlockBytes) blocks[block + at + 1] = (byte)(blocks[block + at + 1] & 0x80 | 0x2C);
        for (int i = 0; i < blocks.Length && type.BlockLength == 1; i += type.BlockBytes) blocks[i + type.BlockBytes - 1] = 0x3C;
    }

    private static float[] Decode(GgufMatrix matrix, int row, int rows, int col, int cols)
    {
        float[] values = new float[rows * cols];
        fixed (float* to = values) matrix.Decode(row, rows, col, cols, to, cols);
        return values;
    }
}
