// Moves rows of heads between their stored type and fp32 tiles.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastTune.Kernels.Devices.Cpu.Gemm;
using FastTune.Kernels.Devices.Cpu.Loops;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Attention.Cpu;

static unsafe class HeadRows
{
    /// <summary>Widens <paramref name="count"/> elements at <paramref name="offset"/> of <paramref name="data"/>.</summary>
    public static void Load(DType type, void* data, long offset, int count, float* destination)
    {
        if (type == DType.F32) Load<PackF32>(data, offset, count, destination);
        else Load<PackBF16>(data, offset, count, destination);
    }

    /// <summary>Stores <paramref name="count"/> fp32 values, rounding once if the type has 16 bits.</summary>
    public static void Store(DType type, float* source, int count, void* data, long offset)
    {
        if (type == DType.F32)
        {
            new Span<float>(source, count).CopyTo(new Span<float>((float*)data + offset, count));
            return;
        }
        ushort* to = (ushort*)data + offset;
        int c = 0;
        for (; c + 16 <= count; c += 16) Lanes256.StoreBF16(Lanes256.Load(source + c), to + c);
        for (; c < count; c++) to[c] = (ushort)LaneFolds.RoundBF16(Vector256.CreateScalar(source[c]))[0];
    }

    /// <summary>The dot product of two stored rows, in sixteen lanes.</summary>
    public static float Dot(DType type, void* a, long aOffset, void* b, long bOffset, int count) => type == DType.F32
        ? Dot<PackF32>(a, aOffset, b, bOffset, count)
        : Dot<PackBF16>(a, aOffset, b, bOffset, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Load<T>(void* data, long offset, int count, float* destination) where T : struct, IPackElement
    {
        int c = 0;
        for (; c + 8 <= count; c += 8) T.Load8(data, offset + c).Store(destination + c);
        for (; c < count; c++) destination[c] = T.Load(data, offset + c);
    }

    static float Dot<T>(void* a, long aOffset, void* b, long bOffset, int count) where T : struct, IPackElement
    {
        Vector256<float> sum = default;
        int c = 0;
        for (; c + 8 <= count; c += 8)
            sum = Vector256.MultiplyAddEstimate(T.Load8(a, aOffset + c), T.Load8(b, bOffset + c), sum);
        float rest = 0;
        for (; c < count; c++) rest += T.Load(a, aOffset + c) * T.Load(b, bOffset + c);
        return LaneFolds.Sum(sum) + rest;
    }
}
