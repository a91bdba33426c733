// The AVX-512 register tile: 8 rows x 48 columns.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class Kernel512
{
    // 24 accumulators, 3 vectors of B, broadcasts folded into the FMA: 27 of 32 registers. 11 loads for 24 FMAs a step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        long depth, float* a, long row, long aStep, float* b, long bStep, float* c, long pitch, float alpha, bool accumulate)
    {
        if (Sse.IsSupported)
        {
            for (int i = 0; i < 8; i++) Sse.Prefetch0(c + i * pitch + 47);
        }
        Vector512<float> c00 = default, c01 = default, c02 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default;
        Vector512<float> c40 = default, c41 = default, c42 = default;
        Vector512<float> c50 = default, c51 = default, c52 = default;
        Vector512<float> c60 = default, c61 = default, c62 = default;
        Vector512<float> c70 = default, c71 = default, c72 = default;
        float* low = a, high = a + 4 * row;
        long row2 = 2 * row, row3 = 3 * row;
        for (; depth > 0; depth--)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16), b2 = Vector512.Load(b + 32);
            Vector512<float> x0 = Vector512.Create(low[0]);
            c00 = Vector512.MultiplyAddEstimate(x0, b0, c00);
            c01 = Vector512.MultiplyAddEstimate(x0, b1, c01);
            c02 = Vector512.MultiplyAddEstimate(x0, b2, c02);
            Vector512<float> x1 = Vector512.Create(low[row]);
            c10 = Vector512.MultiplyAddEstimate(x1, b0, c10);
            c11 = Vector512.MultiplyAddEstimate(x1, b1, c11);
            c12 = Vector512.MultiplyAddEstimate(x1, b2, c12);
            Vector512<float> x2 = Vector512.Create(low[row2]);
            c20 = Vector512.MultiplyAddEstimate(x2, b0, c20);
            c21 = Vector512.MultiplyAddEstimate(x2, b1, c21);
            c22 = Vector512.MultiplyAddEstimate(x2, b2, c22);
            Vector512<float> x3 = Vector512.Create(low[row3]);
            c30 = Vector512.MultiplyAddEstimate(x3, b0, c30);
            c31 = Vector512.MultiplyAddEstimate(x3, b1, c31);
            c32 = Vector512.MultiplyAddEstimate(x3, b2, c32);
            Vector512<float> x4 = Vector512.Create(high[0]);
            c40 = Vector512.MultiplyAddEstimate(x4, b0, c40);
            c41 = Vector512.MultiplyAddEstimate(x4, b1, c41);
            c42 = Vector512.MultiplyAddEstimate(x4, b2, c42);
            Vector512<float> x5 = Vector512.Create(high[row]);
            c50 = Vector512.MultiplyAddEstimate(x5, b0, c50);
            c51 = Vector512.MultiplyAddEstimate(x5, b1, c51);
            c52 = Vector512.MultiplyAddEstimate(x5, b2, c52);
            Vector512<float> x6 = Vector512.Create(high[row2]);
            c60 = Vector512.MultiplyAddEstimate(x6, b0, c60);
            c61 = Vector512.MultiplyAddEstimate(x6, b1, c61);
            c62 = Vector512.MultiplyAddEstimate(x6, b2, c62);
            Vector512<float> x7 = Vector512.Create(high[row3]);
            c70 = Vector512.MultiplyAddEstimate(x7, b0, c70);
            c71 = Vector512.MultiplyAddEstimate(x7, b1, c71);
            c72 = Vector512.MultiplyAddEstimate(x7, b2, c72);
            low += aStep;
            high += aStep;
            b += bStep;
        }
        Vector512<float> scale = Vector512.Create(alpha);
        Store(c, scale, c00, c01, c02, accumulate);
        Store(c + 1 * pitch, scale, c10, c11, c12, accumulate);
        Store(c + 2 * pitch, scale, c20, c21, c22, accumulate);
        Store(c + 3 * pitch, scale, c30, c31, c32, accumulate);
        Store(c + 4 * pitch, scale, c40, c41, c42, accumulate);
        Store(c + 5 * pitch, scale, c50, c51, c52, accumulate);
        Store(c + 6 * pitch, scale, c60, c61, c62, accumulate);
        Store(c + 7 * pitch, scale, c70, c71, c72, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector512<float> scale, Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, bool accumulate)
    {
        if (accumulate)
        {
            Vector512.MultiplyAddEstimate(scale, v0, Vector512.Load(c)).Store(c);
            Vector512.MultiplyAddEstimate(scale, v1, Vector512.Load(c + 16)).Store(c + 16);
            Vector512.MultiplyAddEstimate(scale, v2, Vector512.Load(c + 32)).Store(c + 32);
        }
        else
        {
            (scale * v0).Store(c);
            (scale * v1).Store(c + 16);
            (scale * v2).Store(c + 32);
        }
    }
}
