// The oracle of dequantize: one value of each stored form, as golden/quant describes them.
namespace FastTune.Kernels.Ops.Dequantize;

public static class DequantizeReference
{
    /// <summary>A 4-bit value: table[code] scale, fp32.</summary>
    public static float FourBit(ReadOnlySpan<byte> packed, long index, ReadOnlySpan<float> table, float scale) =>
        table[index % 2 == 0 ? packed[(int)(index / 2)] >> 4 : packed[(int)(index / 2)] & 15] * scale;

    /// <summary>A double quantised scale, fp32.</summary>
    public static float Scale(byte code, ReadOnlySpan<float> map, float nested, float offset) => map[code] * nested + offset;

    /// <summary>An int8 value: code scale / 127, as the library multiplies.</summary>
    public static float Int8(sbyte code, float scale) => code * scale * 7.874015718698502e-3f;
}
