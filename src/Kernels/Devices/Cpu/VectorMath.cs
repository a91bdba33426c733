// exp and tanh of sixteen lanes: polynomials of the 1-ulp class, the same bits on every vector width.
using System.Runtime.CompilerServices;
using FastTune.Kernels.Devices.Cpu.Loops;

namespace FastTune.Kernels.Devices.Cpu;

/// <summary>Elementary functions of <see cref="ILanes{TSelf}"/> values. NaN stays NaN in its lane.</summary>
public static partial class VectorMath
{
    const float Log2E = 1.44269504f, Ln2High = 0.693145752f, Ln2Low = 1.42860677e-6f;
    const float ToInteger = 12582912f; // 1.5 * 2^23: adding it leaves the rounded integer in the low bits

    /// <summary>e^x within 1 ulp: +Inf above 88.73, subnormal down to -103.97, 0 below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x) where T : struct, ILanes<T>
    {
        T shifted = T.Fma(x, T.Fill(Log2E), T.Fill(ToInteger));
        T p = Fraction(shifted - T.Fill(ToInteger), x);
        // 2^n in two factors, so that neither 2^128 nor a subnormal has to be formed.
        T power = T.SubBits(shifted, T.Fill(ToInteger));
        T half = T.ShiftRightBits(power, 1);
        T result = p * PowerOfTwo(half) * PowerOfTwo(T.SubBits(power, half));
        result = T.Select(T.Greater(x, T.Fill(88.7228394f)), T.Fill(float.PositiveInfinity), result);
        return T.Select(T.Greater(T.Fill(-103.972084f), x), T.Fill(0f), result);
    }

    /// <summary>e^x within 1 ulp for x of at most 88; 0 below -87, where e^x nears the subnormals. Softmax's weights: a third less work than <see cref="Exp"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ExpOfWeights<T>(T x) where T : struct, ILanes<T>
    {
        T shifted = T.Fma(x, T.Fill(Log2E), T.Fill(ToInteger));
        T power = T.AddBits(T.ShiftLeftBits(shifted, 23), T.Fill(1f)); // the rounded integer lies in the low bits: 2^n
        return T.Select(T.Greater(T.Fill(-87f), x), T.Fill(0f), Fraction(shifted - T.Fill(ToInteger), x) * power);
    }

    // e^(x - n ln 2): minimax on [-ln2/2, ln2/2] (Cephes expf).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Fraction<T>(T n, T x) where T : struct, ILanes<T>
    {
        T r = T.Fma(n, T.Fill(-Ln2High), x);
        r = T.Fma(n, T.Fill(-Ln2Low), r);
        T p = T.Fma(T.Fill(1.98756962e-4f), r, T.Fill(1.39819994e-3f));
        p = T.Fma(p, r, T.Fill(8.33345205e-3f));
        p = T.Fma(p, r, T.Fill(4.16657962e-2f));
        p = T.Fma(p, r, T.Fill(1.66666657e-1f));
        p = T.Fma(p, r, T.Fill(0.5f));
        return T.Fma(p, r * r, r) + T.Fill(1f);
    }

    /// <summary>tanh(x) within 2 ulp: a polynomial up to 0.625 (Cephes tanhf), above it 1 - 2 / (e^2x + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x) where T : struct, ILanes<T>
    {
        T sign = T.And(x, T.Fill(-0f)), size = T.Abs(x), square = x * x;
        T p = T.Fma(T.Fill(-5.70498872745e-3f), square, T.Fill(2.06390887954e-2f));
        p = T.Fma(p, square, T.Fill(-5.37397155531e-2f));
        p = T.Fma(p, square, T.Fill(1.33314422036e-1f));
        p = T.Fma(p, square, T.Fill(-3.33332819422e-1f));
        T near = T.Fma(p * square, x, x);
        T far = T.Fill(1f) - T.Fill(2f) / (Exp(size + size) + T.Fill(1f));
        return T.Select(T.Greater(size, T.Fill(0.625f)), T.Or(far, sign), near);
    }

    /// <summary>2^n for integers n (as bits) from -126 to 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T PowerOfTwo<T>(T n) where T : struct, ILanes<T> =>
        T.ShiftLeftBits(T.AddBits(n, T.FillBits(127)), 23);
}
