// bf16 as a 16-bit pattern: the upper half of an fp32.
namespace FastTune.Kernels.Tensors;

public static class BFloat16Bits
{
    /// <summary>Nearest bf16, ties to even; NaN becomes a quiet NaN of the same sign.</summary>
    public static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The exact fp32 value.</summary>
    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
