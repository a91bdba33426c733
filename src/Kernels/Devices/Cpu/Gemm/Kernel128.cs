// The portable register tile: 4 rows x 8 columns.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class Kernel128
{
    // 8 accumulators, 2 vectors of B and 1 broadcast: fits the 16 registers of any 128-bit machine.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        long depth, float* a, long row, long aStep, float* b, long bStep, float* c, long pitch, float alpha, bool accumulate)
    {
        Vector128<float> c00 = default, c01 = default;
        Vector128<float> c10 = default, c11 = default;
        Vector128<float> c20 = default, c21 = default;
        Vector128<float> c30 = default, c31 = default;
        float* low = a, high = a + 2 * row;
        for (; depth > 0; depth--)
        {
            Vector128<float> b0 = Vector128.Load(b), b1 = Vector128.Load(b + 4);
            Vector128<float> x0 = Vector128.Create(low[0]);
            c00 = Vector128.MultiplyAddEstimate(x0, b0, c00);
            c01 = Vector128.MultiplyAddEstimate(x0, b1, c01);
            Vector128<float> x1 = Vector128.Create(low[row]);
            c10 = Vector128.MultiplyAddEstimate(x1, b0, c10);
            c11 = Vector128.MultiplyAddEstimate(x1, b1, c11);
            Vector128<float> x2 = Vector128.Create(high[0]);
            c20 = Vector128.MultiplyAddEstimate(x2, b0, c20);
            c21 = Vector128.MultiplyAddEstimate(x2, b1, c21);
            Vector128<float> x3 = Vector128.Create(high[row]);
            c30 = Vector128.MultiplyAddEstimate(x3, b0, c30);
            c31 = Vector128.MultiplyAddEstimate(x3, b1, c31);
            low += aStep;
            high += aStep;
            b += bStep;
        }
        Vector128<float> scale = Vector128.Create(alpha);
        Store(c, scale, c00, c01, accumulate);
        Store(c + 1 * pitch, scale, c10, c11, accumulate);
        Store(c + 2 * pitch, scale, c20, c21, accumulate);
        Store(c + 3 * pitch, scale, c30, c31, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector128<float> scale, Vector128<float> v0, Vector128<float> v1, bool accumulate)
    {
        if (accumulate)
        {
            Vector128.MultiplyAddEstimate(scale, v0, Vector128.Load(c)).Store(c);
            Vector128.MultiplyAddEstimate(scale, v1, Vector128.Load(c + 4)).Store(c + 4);
        }
        else
        {
            (scale * v0).Store(c);
            (scale * v1).Store(c + 4);
        }
    }
}
