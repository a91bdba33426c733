// The AVX2 register tile: 6 rows x 16 columns.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class Kernel256
{
    // 12 accumulators, 2 vectors of B and 1 broadcast: 15 of 16 registers. 8 loads for 12 FMAs a step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        long depth, float* a, long row, long aStep, float* b, long bStep, float* c, long pitch, float alpha, bool accumulate)
    {
        if (Sse.IsSupported)
        {
            for (int i = 0; i < 6; i++) Sse.Prefetch0(c + i * pitch + 15);
        }
        Vector256<float> c00 = default, c01 = default;
        Vector256<float> c10 = default, c11 = default;
        Vector256<float> c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default;
        Vector256<float> c40 = default, c41 = default;
        Vector256<float> c50 = default, c51 = default;
        float* low = a, high = a + 3 * row;
        long row2 = 2 * row;
        for (; depth > 0; depth--)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x0 = Vector256.Create(low[0]);
            c00 = Vector256.MultiplyAddEstimate(x0, b0, c00);
            c01 = Vector256.MultiplyAddEstimate(x0, b1, c01);
            Vector256<float> x1 = Vector256.Create(low[row]);
            c10 = Vector256.MultiplyAddEstimate(x1, b0, c10);
            c11 = Vector256.MultiplyAddEstimate(x1, b1, c11);
            Vector256<float> x2 = Vector256.Create(low[row2]);
            c20 = Vector256.MultiplyAddEstimate(x2, b0, c20);
            c21 = Vector256.MultiplyAddEstimate(x2, b1, c21);
            Vector256<float> x3 = Vector256.Create(high[0]);
            c30 = Vector256.MultiplyAddEstimate(x3, b0, c30);
            c31 = Vector256.MultiplyAddEstimate(x3, b1, c31);
            Vector256<float> x4 = Vector256.Create(high[row]);
            c40 = Vector256.MultiplyAddEstimate(x4, b0, c40);
            c41 = Vector256.MultiplyAddEstimate(x4, b1, c41);
            Vector256<float> x5 = Vector256.Create(high[row2]);
            c50 = Vector256.MultiplyAddEstimate(x5, b0, c50);
            c51 = Vector256.MultiplyAddEstimate(x5, b1, c51);
            low += aStep;
            high += aStep;
            b += bStep;
        }
        Vector256<float> scale = Vector256.Create(alpha);
        Store(c, scale, c00, c01, accumulate);
        Store(c + 1 * pitch, scale, c10, c11, accumulate);
        Store(c + 2 * pitch, scale, c20, c21, accumulate);
        Store(c + 3 * pitch, scale, c30, c31, accumulate);
        Store(c + 4 * pitch, scale, c40, c41, accumulate);
        Store(c + 5 * pitch, scale, c50, c51, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector256<float> scale, Vector256<float> v0, Vector256<float> v1, bool accumulate)
    {
        if (accumulate)
        {
            Vector256.MultiplyAddEstimate(scale, v0, Vector256.Load(c)).Store(c);
            Vector256.MultiplyAddEstimate(scale, v1, Vector256.Load(c + 8)).Store(c + 8);
        }
        else
        {
            (scale * v0).Store(c);
            (scale * v1).Store(c + 8);
        }
    }
}
