// The shapes, types and options that the matrix product is held to, and one case's data.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;

namespace FastTune.Tests.Kernels.Gemm;

/// <summary>One product. Pad: extra elements between rows. A stored operand reads its data through IStoredMatrix.</summary>
public sealed record MatmulCase(
    int M, int N, int K, bool TransposeA = false, bool TransposeB = false, DType AType = DType.F32, DType BType = DType.F32,
    DType CType = DType.F32, float Alpha = 1, float Beta = 0, bool Bias = false, int Pad = 0, bool StoredA = false, bool StoredB = false)
{
    public static IEnumerable<MatmulCase> All()
    {
        int[] edges = [1, 2, 5, 6, 7, 15, 16, 17, 31, 33, 48, 49];
        foreach (int m in edges)
            foreach (int n in edges) yield return new(m, n, 37, TransposeA: (m & 1) == 1, TransposeB: (n & 1) == 1, Pad: m % 3);
        foreach (int k in new[] { 0, 1, 7, 8, 9, 255, 256, 257, 700 })
            yield return new(29, 50, k, TransposeA: k % 2 == 0, TransposeB: k % 3 == 0, Bias: true);
        foreach (bool ta in new[] { false, true })
            foreach (bool tb in new[] { false, true })
            {
                foreach (var type in new[] { DType.F32, DType.BF16, DType.F16 })
                    yield return new(97, 130, 300, ta, tb, type, type, Alpha: 0.5f, Beta: 1, Pad: 3);
                yield return new(65, 257, 576, ta, tb, DType.BF16, DType.BF16, DType.BF16, Beta: 1, Bias: true);
                yield return new(40, 70, 515, ta, tb, StoredA: true, StoredB: true, Beta: 0.25f, Bias: true, Pad: 1);
                yield return new(3, 200, 515, ta, tb, BType: DType.BF16, Bias: true);
            }
        for (int m = 1; m <= 9; m++) // up to 8 rows nothing is packed
        {
            yield return new(m, 67, 1000, TransposeB: true, Pad: m % 2, Bias: m % 2 == 0);
            yield return new(m, 35, 530, TransposeB: true, BType: DType.BF16, Alpha: 0.5f, Beta: 1);
            yield return new(m, 34, 529, TransposeB: true, AType: DType.BF16, BType: DType.F16, CType: DType.BF16, Beta: 0.5f, Bias: true);
            yield return new(m, 33, 1025, TransposeB: true, AType: DType.BF16, StoredB: true, CType: DType.BF16);
        }
        yield return new(1, 1030, 4100, TransposeB: true, StoredB: true);
        yield return new(0, 5, 5);
        yield return new(5, 0, 5);
        yield return new(250, 576, 16, TransposeB: true, Beta: 1);                     // LoRA up: short K
        yield return new(250, 8, 576, TransposeB: true);                               // LoRA down: few columns
        yield return new(16, 577, 250, TransposeA: true, Beta: 1);                     // LoRA gradient: few rows
        yield return new(19, 1100, 300, CType: DType.BF16, TransposeB: true);          // wider than a scratch tile
        yield return new(7, 40, 8500, CType: DType.BF16, Beta: 1, TransposeA: true);   // longer than a pass, 16-bit result
        yield return new(9, 40, 8500, StoredA: true, CType: DType.BF16);
        yield return new(201, 9001, 257, TransposeB: true);                            // more columns than a panel
    }

    public long ARows => TransposeA ? K : M;

    public long AColumns => TransposeA ? M : K;

    public long BRows => TransposeB ? N : K;

    public long BColumns => TransposeB ? K : N;
}
