// Two 256-bit halves as sixteen lanes: the AVX2 and portable form of ILanes.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastTune.Kernels.Devices.Cpu.Loops;

/// <summary>Sixteen fp32 lanes in two 256-bit halves.</summary>
public readonly unsafe struct Lanes256(Vector256<float> low, Vector256<float> high) : ILanes<Lanes256>
{
    public readonly Vector256<float> Low = low, High = high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Fill(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 FillBits(int value) => Fill(BitConverter.Int32BitsToSingle(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 value, float* destination)
    {
        value.Low.Store(destination);
        value.High.Store(destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) =>
        new(a.Low + b.Low, a.High + b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) =>
        new(a.Low - b.Low, a.High - b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) =>
        new(a.Low * b.Low, a.High * b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) =>
        new(a.Low / b.Low, a.High / b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a) =>
        new(-a.Low, -a.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Fma(Lanes256 a, Lanes256 b, Lanes256 c) =>
        new(Vector256.MultiplyAddEstimate(a.Low, b.Low, c.Low), Vector256.MultiplyAddEstimate(a.High, b.High, c.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 a) =>
        new(Vector256.Sqrt(a.Low), Vector256.Sqrt(a.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 a) =>
        new(Vector256.Abs(a.Low), Vector256.Abs(a.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 a, Lanes256 b) =>
        new(Vector256.Max(a.Low, b.Low), Vector256.Max(a.High, b.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MaxOrSecond(Lanes256 a, Lanes256 b) => new(MaxOrSecond(a.Low, b.Low), MaxOrSecond(a.High, b.High));

    // vmaxps is just this selection, in one instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> MaxOrSecond(Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported ? Avx.Max(a, b) : Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 a, Lanes256 b) =>
        new(Vector256.Min(a.Low, b.Low), Vector256.Min(a.High, b.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Greater(Lanes256 a, Lanes256 b) =>
        new(Vector256.GreaterThan(a.Low, b.Low), Vector256.GreaterThan(a.High, b.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Select(Lanes256 mask, Lanes256 yes, Lanes256 no) =>
        new(Vector256.ConditionalSelect(mask.Low, yes.Low, no.Low), Vector256.ConditionalSelect(mask.High, yes.High, no.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 And(Lanes256 a, Lanes256 b) =>
        new(a.Low & b.Low, a.High & b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Or(Lanes256 a, Lanes256 b) =>
        new(a.Low | b.Low, a.High | b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddBits(Lanes256 a, Lanes256 b) =>
        new((a.Low.AsInt32() + b.Low.AsInt32()).AsSingle(), (a.High.AsInt32() + b.High.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SubBits(Lanes256 a, Lanes256 b) =>
        new((a.Low.AsInt32() - b.Low.AsInt32()).AsSingle(), (a.High.AsInt32() - b.High.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftLeftBits(Lanes256 a, int count) =>
        new((a.Low.AsInt32() << count).AsSingle(), (a.High.AsInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftRightBits(Lanes256 a, int count) =>
        new((a.Low.AsInt32() >> count).AsSingle(), (a.High.AsInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 BitsToFloat(Lanes256 a) =>
        new(Vector256.ConvertToSingle(a.Low.AsInt32()), Vector256.ConvertToSingle(a.High.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 a) => LaneFolds.Sum(a.Low + a.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxOf(Lanes256 a) => LaneFolds.Max(Vector256.Max(a.Low, a.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBF16(ushort* source)
    {
        var (low, high) = Vector256.Widen(Vector256.Load(source));
        return new((low << 16).AsSingle(), (high << 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBF16(Lanes256 value, ushort* destination) =>
        Vector256.Narrow(LaneFolds.RoundBF16(value.Low), LaneFolds.RoundBF16(value.High)).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadF16(ushort* source)
    {
        var (low, high) = Vector256.Widen(Vector256.Load(source));
        return new(LaneFolds.WidenF16(low), LaneFolds.WidenF16(high));
    }
}
