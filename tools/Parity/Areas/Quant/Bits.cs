// Comparing fp32 values: how many representable numbers lie between two.
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;

namespace FastTune.Parity.Quant;

internal static class Bits
{
    /// <summary>Largest distance in ulps; -0 equals 0; infinite where one is NaN and the other not, or the lengths differ.</summary>
    public static double Ulps(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        double worst = actual.Length == expected.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(actual.Length, expected.Length); i++)
            if (float.IsNaN(actual[i]) != float.IsNaN(expected[i])) return double.PositiveInfinity;
            else if (!float.IsNaN(actual[i])) worst = Math.Max(worst, Math.Abs(Ordered(actual[i]) - Ordered(expected[i])));
        return worst;
    }

    /// <summary>Largest distance of two codes; infinite for different lengths.</summary>
    public static double Steps(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected)
    {
        double worst = actual.Length == expected.Length ? 0 : double.PositiveInfinity;
        for (int i = 0; i < Math.Min(actual.Length, expected.Length); i++) worst = Math.Max(worst, Math.Abs(actual[i] - expected[i]));
        return worst;
    }

    /// <summary>A golden's tensor on a device, as fp32 in one row.</summary>
    public static Tensor Floats(IDevice device, StoredTensor source) => device.From(source.ToFloats(), new Shape(source.Count), Category.Workspace);

    /// <summary>A golden's bytes on a device.</summary>
    public static Tensor Bytes(IDevice device, StoredTensor source) => device.From(source.Bytes, new Shape(source.ByteLength), DType.U8, Category.Workspace);

    private static double Ordered(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value);
        return bits < 0 ? int.MinValue - (double)bits : bits;
    }
}
