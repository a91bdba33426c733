// Seeded numbers for a case's inputs, rounded as they will be stored.
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops;
using FastTune.Kernels.Tensors;

namespace FastTune.Tests.Kernels.Cases;

internal static class CaseData
{
    /// <summary>The input's values in double, already rounded to its type; the same for the same seed everywhere.</summary>
    public static double[] Fill(in CaseInput input, int seed)
    {
        if (input.Values is { } given) return (double[])given.Clone();
        var random = new Random(seed);
        var values = new double[input.Shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = Rounded(Draw(input, random), input.Type);
        if (input.Fill == CaseFill.OneNaN && values.Length > 0) values[values.Length / 2] = double.NaN;
        return values;
    }

    /// <summary>Standard normal numbers, the gradients of outputs.</summary>
    public static double[] Normal(long count, DType type, int seed)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (int i = 0; i < values.Length; i++) values[i] = Rounded(Gauss(random), type);
        return values;
    }

    /// <summary>A tensor of these values; rows <paramref name="rowPitch"/> elements apart, what lies between them is NaN.</summary>
    public static Tensor ToTensor(IDevice device, double[] values, Shape shape, DType type, long rowPitch, Category category)
    {
        if (rowPitch == 0 || rowPitch == shape.Columns) return Contiguous(device, values, shape, type, category);
        var wide = new double[shape.Rows * rowPitch];
        Array.Fill(wide, double.NaN);
        for (long row = 0; row < shape.Rows; row++)
            Array.Copy(values, row * shape.Columns, wide, row * rowPitch, shape.Columns);
        using Tensor whole = Contiguous(device, wide, new Shape(shape.Rows, rowPitch), type, category);
        return whole.ColumnRange(0, shape.Columns);
    }

    public static double[] ToDoubles(IDevice device, in Tensor tensor)
    {
        if (!tensor.IsContiguous) return ByRows(device, tensor);
        return tensor.Type switch
        {
            DType.F32 => Array.ConvertAll(device.ToArray<float>(tensor), value => (double)value),
            DType.BF16 => Array.ConvertAll(device.ToArray<ushort>(tensor), bits => (double)BFloat16Bits.Widen(bits)),
            DType.F16 => Array.ConvertAll(device.ToArray<Half>(tensor), value => (double)value),
            DType.I32 => Array.ConvertAll(device.ToArray<int>(tensor), value => (double)value),
            DType.U8 => Array.ConvertAll(device.ToArray<byte>(tensor), value => (double)value),
            DType.I8 => Array.ConvertAll(device.ToArray<sbyte>(tensor), value => (double)value),
            _ => throw new NotSupportedException($"cannot read {tensor.Type}"),
        };
    }

    private static double[] ByRows(IDevice device, in Tensor tensor)
    {
        var values = new List<double>();
        for (long row = 0; row < tensor.Rows; row++)
        {
            using Tensor one = tensor.RowRange(row, 1);
            values.AddRange(ToDoubles(device, one));
        }
        return [.. values];
    }

    private static Tensor Contiguous(IDevice device, double[] values, Shape shape, DType type, Category category) => type switch
    {
        DType.F32 => device.From<float>(Array.ConvertAll(values, value => (float)value), shape, type, category),
        DType.BF16 => device.From<ushort>(Array.ConvertAll(values, value => BFloat16Bits.Round((float)value)), shape, type, category),
        DType.F16 => device.From<Half>(Array.ConvertAll(values, value => (Half)value), shape, type, category),
        DType.I32 => device.From<int>(Array.ConvertAll(values, value => (int)value), shape, type, category),
        DType.U8 => device.From<byte>(Array.ConvertAll(values, value => (byte)value), shape, type, category),
        DType.I8 => device.From<sbyte>(Array.ConvertAll(values, value => (sbyte)value), shape, type, category),
        _ => throw new NotSupportedException($"no fill for {type}"),
    };

    private static double Draw(in CaseInput input, Random random) => input.Fill switch
    {
        CaseFill.Zero => 0,
        CaseFill.Equal => input.Scale,
        CaseFill.Positive => random.NextDouble() * input.Scale,
        _ when input.Type is DType.I8 => random.Next(-127, 128),
        _ when input.Type is DType.I32 or DType.U8 => random.Next((int)input.Scale),
        _ => Gauss(random) * input.Scale,
    };

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Rounded(double value, DType type) => type == DType.F32 ? (float)value : CaseRounding.Round(value, type);
}
