// Turns 16 uniforms into 16 normals with the bits that torch's vectorised CPU path gives on AVX2 machines.
using static System.MathF;

namespace FastTune.Rng;

/// <summary>Box-Muller on a block of 16 float32: angle i+8 belongs to radius i. Logarithm, sine and cosine are Cephes'
/// single-precision polynomials evaluated with fused multiply-adds, in torch's order: an exact logarithm or sine would
/// differ in the last bit for one value in five.</summary>
internal static class NormalBlock
{
    public const int Size = 16;
    private const int Half = Size / 2;

    /// <summary>Overwrites 16 uniforms in [0, 1) by normals.</summary>
    public static void Transform(Span<float> block, float mean, float deviation)
    {
        for (int i = 0; i < Half; i++)
        {
            float radius = Sqrt(-2f * Logarithm(1f - block[i]));
            var (sine, cosine) = SineCosine(2f * MathF.PI * block[i + Half]);
            block[i] = FusedMultiplyAdd(radius * cosine, deviation, mean);
            block[i + Half] = FusedMultiplyAdd(radius * sine, deviation, mean);
        }
    }

    /// <summary>ln(x) for x in (0, 1]: x = m 2^e with m in [sqrt(1/2), sqrt(2)).</summary>
    private static float Logarithm(float x)
    {
        int exponent = ILogB(x) + 1;
        float m = ScaleB(x, -exponent);
        bool small = m < 0.707106781186547524f;
        float e = small ? exponent - 1 : exponent;
        m = small ? m - 1f + m : m - 1f;
        float square = m * m;
        float y = Polynomial(m, [7.0376836292E-2f, -1.1514610310E-1f, 1.1676998740E-1f, -1.2420140846E-1f, 1.4249322787E-1f,
            -1.6668057665E-1f, 2.0000714765E-1f, -2.4999993993E-1f, 3.3333331174E-1f]) * m * square;
        y = FusedMultiplyAdd(e, -2.12194440e-4f, y);
        y = FusedMultiplyAdd(-square, 0.5f, y);
        return FusedMultiplyAdd(e, 0.693359375f, m + y);
    }

    /// <summary>sin(x) and cos(x) for x in [0, 2 pi): reduced by the nearest even octant in three steps.</summary>
    private static (float Sine, float Cosine) SineCosine(float x)
    {
        int octant = (int)(x * 1.27323954473516f) + 1 & ~1;
        x = FusedMultiplyAdd(octant, -0.78515625f, x);
        x = FusedMultiplyAdd(octant, -2.4187564849853515625e-4f, x);
        x = FusedMultiplyAdd(octant, -3.77489497744594108e-8f, x);
        float square = x * x;
        float even = Polynomial(square, [2.443315711809948E-005f, -1.388731625493765E-003f, 4.166664568298827E-002f]) * square * square;
        even = FusedMultiplyAdd(-square, 0.5f, even) + 1f;
        float odd = Polynomial(square, [-1.9515295891E-4f, 8.3321608736E-3f, -1.6666654611E-1f]) * square;
        odd = FusedMultiplyAdd(odd, x, x);
        bool swap = (octant & 2) != 0;
        float sine = swap ? even : odd, cosine = swap ? odd : even;
        return ((octant & 4) == 0 ? sine : -sine, (octant - 2 & 4) == 0 ? -cosine : cosine);
    }

    private static float Polynomial(float x, ReadOnlySpan<float> coefficients)
    {
        float y = coefficients[0];
        foreach (float c in coefficients[1..]) y = FusedMultiplyAdd(y, x, c);
        return y;
    }
}
