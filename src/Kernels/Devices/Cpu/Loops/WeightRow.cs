// A vector of weights beside a row kernel: fp32 or bf16 whatever the rows are (fp32 masters next to bf16 activations).
using System.Runtime.CompilerServices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Devices.Cpu.Loops;

/// <summary>A contiguous vector, read as fp32 lanes.</summary>
public readonly unsafe struct WeightRow(in Tensor vector)
{
    private readonly byte* _data = vector.Exists ? (byte*)vector.Pointer : null;
    private readonly bool _wide = vector.Type == DType.F32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TL Load<TL>(long index) where TL : struct, ILanes<TL> =>
        _wide ? ElementF32.Load<TL>(_data, index) : ElementBF16.Load<TL>(_data, index);

    public TL Load<TL>(long index, int count) where TL : struct, ILanes<TL> =>
        _wide ? Tail.Load<TL, ElementF32>(_data, index, count) : Tail.Load<TL, ElementBF16>(_data, index, count);
}

/// <summary>A value as it would be after a store and a load: where a contract rounds in the middle of a formula.</summary>
public static unsafe class Rounded<TL, TE> where TL : struct, ILanes<TL> where TE : struct, IElement
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Of(TL value)
    {
        if (typeof(TE) == typeof(ElementF32)) return value;
        byte* line = stackalloc byte[64];
        TE.Store(value, line, 0);
        return TE.Load<TL>(line, 0);
    }
}
