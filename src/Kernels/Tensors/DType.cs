// Element types that tensors hold.
namespace FastTune.Kernels.Tensors;

/// <summary>Element type of a tensor. BF16 and F16 travel as 16-bit patterns.</summary>
public enum DType : byte { F32, BF16, F16, I32, I64, U8, I8 }

public static class DTypes
{
    /// <summary>Bytes one element takes.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.F32 or DType.I32 => 4,
        DType.BF16 or DType.F16 => 2,
        DType.I64 => 8,
        _ => 1,
    };
}
