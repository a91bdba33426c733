// Sixteen fp32 lanes as one value. Row loops and polynomials are written once on this; AVX2 carries them as two halves, AVX-512
// as one register. Sixteen lanes on both, so a sum over a row has the same bits on both.
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Devices.Cpu.Loops;

/// <summary>Sixteen fp32 lanes: <see cref="Lanes256"/> or <see cref="Lanes512"/>. Every operation gives the same bits on both.</summary>
public unsafe interface ILanes<TSelf> where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Lanes of a value, on every machine.</summary>
    const int Count = 16;

    static abstract TSelf Load(float* source);
    static abstract TSelf Fill(float value);
    static abstract TSelf FillBits(int value);
    static abstract void Store(TSelf value, float* destination);

    static abstract TSelf operator +(TSelf a, TSelf b);
    static abstract TSelf operator -(TSelf a, TSelf b);
    static abstract TSelf operator *(TSelf a, TSelf b);
    static abstract TSelf operator /(TSelf a, TSelf b);
    static abstract TSelf operator -(TSelf a);

    /// <summary>a * b + c, rounded once where the CPU has FMA.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);
    static abstract TSelf Sqrt(TSelf a);
    static abstract TSelf Abs(TSelf a);

    /// <summary>The larger lane; NaN if either is NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);
    /// <summary>The larger lane; <paramref name="b"/> if either is NaN. One instruction.</summary>
    static abstract TSelf MaxOrSecond(TSelf a, TSelf b);
    /// <summary>The smaller lane; NaN if either is NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>All bits set where a &gt; b, else 0; false for NaN.</summary>
    static abstract TSelf Greater(TSelf a, TSelf b);
    /// <summary>Lanes of <paramref name="yes"/> where <paramref name="mask"/> is set, else of <paramref name="no"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf yes, TSelf no);
    static abstract TSelf And(TSelf a, TSelf b);
    static abstract TSelf Or(TSelf a, TSelf b);

    // The bits as 32-bit integers.
    static abstract TSelf AddBits(TSelf a, TSelf b);
    static abstract TSelf SubBits(TSelf a, TSelf b);
    static abstract TSelf ShiftLeftBits(TSelf a, int count);
    static abstract TSelf ShiftRightBits(TSelf a, int count);
    /// <summary>The bits as a signed integer, converted to fp32.</summary>
    static abstract TSelf BitsToFloat(TSelf a);

    /// <summary>The sum of all lanes: halves are added (16, 8, 4, 2, 1), the order on every machine.</summary>
    static abstract float Sum(TSelf a);
    /// <summary>The largest lane; NaN if any is NaN.</summary>
    static abstract float MaxOf(TSelf a);

    /// <summary>Sixteen bf16 values, widened.</summary>
    static abstract TSelf LoadBF16(ushort* source);
    /// <summary>Rounds to bf16, to nearest even; NaN stays NaN.</summary>
    static abstract void StoreBF16(TSelf value, ushort* destination);
    /// <summary>Sixteen fp16 values, widened exactly.</summary>
    static abstract TSelf LoadF16(ushort* source);
}
