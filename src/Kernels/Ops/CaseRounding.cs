// Rounding of oracle values to an element type, for contracts that round in the middle.
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops;

public static class CaseRounding
{
    /// <summary><paramref name="value"/> as it reads after being stored as <paramref name="type"/>; F32 keeps the double, so that
    /// finite differences stay smooth.</summary>
    public static double Round(double value, DType type) => type switch
    {
        DType.BF16 => BFloat16Bits.Widen(BFloat16Bits.Round((float)value)),
        DType.F16 => (double)(Half)value,
        _ => value,
    };
}
