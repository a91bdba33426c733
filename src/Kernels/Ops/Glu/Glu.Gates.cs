// The gate functions in lanes: value, and value with slope.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Ops.Glu;

internal interface IGate
{
    static abstract TL Value<TL>(TL e) where TL : struct, ILanes<TL>;
    static abstract void Derive<TL>(TL e, out TL f, out TL slope) where TL : struct, ILanes<TL>;
}

internal readonly struct SiluGate : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Value<TL>(TL e) where TL : struct, ILanes<TL> => e / (TL.Fill(1) + VectorMath.Exp(-e));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derive<TL>(TL e, out TL f, out TL slope) where TL : struct, ILanes<TL>
    {
        TL s = VectorMath.Sigmoid(e);
        f = e * s;
        slope = s * (TL.Fill(1) + e * (TL.Fill(1) - s));
    }
}

internal readonly struct GeluGate : IGate
{
    private const float RootHalf = 0.70710678f, InverseRootTwoPi = 0.39894228f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Value<TL>(TL e) where TL : struct, ILanes<TL> => e * Distribution(e);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derive<TL>(TL e, out TL f, out TL slope) where TL : struct, ILanes<TL>
    {
        TL phi = Distribution(e);
        f = e * phi;
        slope = TL.Fma(e * TL.Fill(InverseRootTwoPi), VectorMath.Exp(TL.Fill(-0.5f) * e * e), phi);
    }

    /// <summary>The normal distribution function at e.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TL Distribution<TL>(TL e) where TL : struct, ILanes<TL> =>
        TL.Fma(TL.Fill(0.5f), VectorMath.Erf(e * TL.Fill(RootHalf)), TL.Fill(0.5f));
}

internal readonly struct GeluTanhGate : IGate
{
    private const float RootTwoOverPi = 0.79788456f, Cubic = 0.044715f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Value<TL>(TL e) where TL : struct, ILanes<TL> =>
        TL.Fill(0.5f) * e * (TL.Fill(1) + VectorMath.Tanh(Inner(e)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derive<TL>(TL e, out TL f, out TL slope) where TL : struct, ILanes<TL>
    {
        TL t = VectorMath.Tanh(Inner(e)), half = TL.Fill(0.5f) * (TL.Fill(1) + t);
        f = e * half;
        TL inner = TL.Fill(RootTwoOverPi) * TL.Fma(TL.Fill(3 * Cubic) * e, e, TL.Fill(1));
        slope = TL.Fma(TL.Fill(0.5f) * e * (TL.Fill(1) - t * t), inner, half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TL Inner<TL>(TL e) where TL : struct, ILanes<TL> =>
        TL.Fill(RootTwoOverPi) * TL.Fma(TL.Fill(Cubic) * e * e, e, e);
}

internal readonly struct ReluGate : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Value<TL>(TL e) where TL : struct, ILanes<TL> => TL.Max(e, TL.Fill(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derive<TL>(TL e, out TL f, out TL slope) where TL : struct, ILanes<TL>
    {
        f = TL.Max(e, TL.Fill(0));
        slope = TL.Select(TL.Greater(e, TL.Fill(0)), TL.Fill(1), TL.Fill(0));
    }
}
