// How a stored element becomes fp32, eight at a time: the three dense types that operands come in.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

/// <summary>Reads elements of one stored type as fp32; offsets count elements.</summary>
unsafe interface IPackElement
{
    static abstract int Size { get; }
    static abstract Vector256<float> Load8(void* data, long offset);
    static abstract float Load(void* data, long offset);
}

readonly unsafe struct PackF32 : IPackElement
{
    public static int Size => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(void* data, long offset) => Vector256.Load((float*)data + offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(void* data, long offset) => ((float*)data)[offset];
}

readonly unsafe struct PackBF16 : IPackElement
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(void* data, long offset) => (Widen8(data, offset) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(void* data, long offset) => BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[offset] << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<uint> Widen8(void* data, long offset)
    {
        var (low, high) = Vector128.Widen(Vector128.Load((ushort*)data + offset));
        return Vector256.Create(low, high);
    }
}

readonly unsafe struct PackF16 : IPackElement
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(void* data, long offset) => LaneFolds.WidenF16(PackBF16.Widen8(data, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(void* data, long offset) => (float)((Half*)data)[offset];
}
