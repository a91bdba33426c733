// How an element type is stored: rows of fp32 or bf16 read and written sixteen lanes at a time.
using System.Runtime.CompilerServices;

namespace FastTune.Kernels.Devices.Cpu.Loops;

/// <summary>Storage of one element type. Loads widen to fp32; stores round once, to nearest even.</summary>
public unsafe interface IElement
{
    static abstract int Size { get; }
    static abstract TL Load<TL>(byte* row, long index) where TL : struct, ILanes<TL>;
    static abstract void Store<TL>(TL value, byte* row, long index) where TL : struct, ILanes<TL>;
}

public readonly unsafe struct ElementF32 : IElement
{
    public static int Size => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Load<TL>(byte* row, long index) where TL : struct, ILanes<TL> => TL.Load((float*)row + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TL>(TL value, byte* row, long index) where TL : struct, ILanes<TL> =>
        TL.Store(value, (float*)row + index);
}

public readonly unsafe struct ElementBF16 : IElement
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Load<TL>(byte* row, long index) where TL : struct, ILanes<TL> => TL.LoadBF16((ushort*)row + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TL>(TL value, byte* row, long index) where TL : struct, ILanes<TL> =>
        TL.StoreBF16(value, (ushort*)row + index);
}

/// <summary>The last lanes of a row: the same body runs on a padded copy, so an element's bits do not depend on its column.</summary>
public static unsafe class Tail
{
    /// <summary><paramref name="count"/> (0 to 15) elements from <paramref name="index"/>; the other lanes are 0.</summary>
    public static TL Load<TL, TE>(byte* row, long index, int count) where TL : struct, ILanes<TL> where TE : IElement
    {
        byte* padded = stackalloc byte[64];
        new Span<byte>(padded, 64).Clear();
        new ReadOnlySpan<byte>(row + index * TE.Size, count * TE.Size).CopyTo(new Span<byte>(padded, 64));
        return TE.Load<TL>(padded, 0);
    }

    public static void Store<TL, TE>(TL value, byte* row, long index, int count) where TL : struct, ILanes<TL> where TE : IElement
    {
        byte* padded = stackalloc byte[64];
        TE.Store(value, padded, 0);
        new ReadOnlySpan<byte>(padded, count * TE.Size).CopyTo(new Span<byte>(row + index * TE.Size, count * TE.Size));
    }
}
