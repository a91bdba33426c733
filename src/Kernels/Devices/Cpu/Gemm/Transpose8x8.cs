// Eight vectors of eight floats, turned: packing's inner step.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastTune.Kernels.Devices.Cpu.Gemm;

static unsafe class Transpose8x8
{
    /// <summary>Stores column j of the eight rows at destination + j * pitch, in order of j: a later store may overlap an earlier one's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3,
        Vector256<float> r4, Vector256<float> r5, Vector256<float> r6, Vector256<float> r7, float* destination, long pitch)
    {
        if (!Avx.IsSupported)
        {
            for (int j = 0; j < 8; j++)
                Vector256.Create(r0[j], r1[j], r2[j], r3[j], r4[j], r5[j], r6[j], r7[j]).Store(destination + j * pitch);
            return;
        }
        Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5), a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44), b1 = Avx.Shuffle(a0, a2, 0xEE), b2 = Avx.Shuffle(a1, a3, 0x44), b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44), b5 = Avx.Shuffle(a4, a6, 0xEE), b6 = Avx.Shuffle(a5, a7, 0x44), b7 = Avx.Shuffle(a5, a7, 0xEE);
        Avx.Permute2x128(b0, b4, 0x20).Store(destination);
        Avx.Permute2x128(b1, b5, 0x20).Store(destination + pitch);
        Avx.Permute2x128(b2, b6, 0x20).Store(destination + 2 * pitch);
        Avx.Permute2x128(b3, b7, 0x20).Store(destination + 3 * pitch);
        Avx.Permute2x128(b0, b4, 0x31).Store(destination + 4 * pitch);
        Avx.Permute2x128(b1, b5, 0x31).Store(destination + 5 * pitch);
        Avx.Permute2x128(b2, b6, 0x31).Store(destination + 6 * pitch);
        Avx.Permute2x128(b3, b7, 0x31).Store(destination + 7 * pitch);
    }
}
