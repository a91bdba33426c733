// A few rows of activations rounded to signed bytes in blocks of 32, for products with weights of few bits.
using System.Runtime.Intrinsics;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Devices.Cpu;

/// <summary>A stored matrix that can multiply its rows with activations rounded to int8, if it was asked to.</summary>
internal interface IDotRows
{
    /// <summary>True if products of a few rows are to round the activations.</summary>
    bool RoundsActivations { get; }

    /// <summary>Row <paramref name="row"/> of the matrix times row <paramref name="xRow"/> of the activations.</summary>
    float Dot(long row, in Int8Activations x, int xRow);
}

/// <summary>
/// Per block of 32 values: d = largest magnitude / 127, codes round(x / d) from -127 to 127, and d times the codes' sum (ggml's Q8_1 with fp32
/// scales instead of fp16). The memory is the caller's.
/// </summary>
internal readonly unsafe struct Int8Activations(void* memory, int rows, int columns)
{
    public const int Block = 32;

    public readonly int Blocks = columns / Block;

    /// <summary>Bytes that the rows take.</summary>
    public static long BytesFor(int rows, int columns) => rows * ((long)columns + 2 * sizeof(float) * (columns / Block));

    public sbyte* Row(int row) => (sbyte*)memory + (long)row * Blocks * Block;

    public float* Scales(int row) => (float*)((sbyte*)memory + (long)rows * Blocks * Block) + (long)row * Blocks;

    /// <summary>d times the sum of the codes, by block.</summary>
    public float* Sums(int row) => Scales(rows) + (long)row * Blocks;

    /// <summary>Rounds a row of fp32. A value that is not finite makes its block's scale NaN, and with it every product of the row.</summary>
    public void Round(int row, float* values)
    {
        sbyte* codes = Row(row);
        for (int b = 0; b < Blocks; b++, values += Block, codes += Block)
        {
            float largest = Largest(values), scale = largest / 127, inverse = scale > 0 ? 1 / scale : 0;
            if (!float.IsFinite(largest)) (scale, inverse) = (float.NaN, 0);
            Scales(row)[b] = scale;
            Sums(row)[b] = scale * RoundBlock(values, Vector256.Create(inverse), codes);
        }
    }

    private static float Largest(float* values)
    {
        Vector256<float> a = Vector256.Max(Vector256.Abs(Vector256.Load(values)), Vector256.Abs(Vector256.Load(values + 8)));
        Vector256<float> b = Vector256.Max(Vector256.Abs(Vector256.Load(values + 16)), Vector256.Abs(Vector256.Load(values + 24)));
        return LaneFolds.Max(Vector256.Max(a, b));
    }

    private static int RoundBlock(float* values, Vector256<float> inverse, sbyte* codes)
    {
        Vector256<int> a = Eight(values, inverse), b = Eight(values + 8, inverse), c = Eight(values + 16, inverse), d = Eight(values + 24, inverse);
        Vector256.Narrow(Vector256.Narrow(a, b), Vector256.Narrow(c, d)).Store(codes);
        return Vector256.Sum(a + b + c + d);
    }

    private static Vector256<int> Eight(float* values, Vector256<float> inverse) =>
        Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(values) * inverse, MidpointRounding.ToEven));
}
