// The cases of matmul: M, N, K, transposes, types, beta; sizes off every tile, one row, one column, an empty K.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Matmul;

internal sealed record MatmulCase(
    int M, int N, int K, bool TransposeA = false, bool TransposeB = false, DType Type = F32, float Beta = 0, bool BenchOnly = false,
    bool Bias = true) : IOpCase
{
    public string Name =>
        $"matmul({M},{N},{K},{(TransposeA ? 't' : 'n')}{(TransposeB ? 't' : 'n')},{Type},beta={Beta}{(Bias ? "" : ",no bias")})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("a", TransposeA ? new Shape(K, M) : new Shape(M, K), Type, InputKind.Constant),
        new("b", TransposeB ? new Shape(N, K) : new Shape(K, N), Type, InputKind.Constant),
        new("c", new Shape(M, N), Type, InputKind.Constant),
        new("bias", new Shape(N), F32, InputKind.Constant),
    ];

    public IReadOnlyList<int> OverwrittenInputs => [2];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor c = inputs.Parameters[2]!.Value.Share();
        Matmul.Run(
            tape.Device, Operand.Of(inputs.Parameters[0]!.Value, TransposeA), Operand.Of(inputs.Parameters[1]!.Value, TransposeB),
            c, alpha: 0.5f, beta: Beta, bias: Bias ? inputs.Parameters[3]!.Value : default);
        return [c];
    }

    public double[][] Forward(double[][] inputs)
    {
        double[] product = MatmulReference.Multiply(inputs[0], inputs[1], M, N, K, TransposeA, TransposeB);
        for (int i = 0; i < product.Length; i++) product[i] = 0.5 * product[i] + Beta * inputs[2][i] + (Bias ? inputs[3][i % N] : 0);
        return [product];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [null, null, null, null];

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => 2.0 * M * N * K;
    public double Bytes => (double)Type.Size() * (M * K + K * N + (Beta == 0 ? 1 : 2) * M * N);
}

internal static class MatmulCases
{
    public static readonly IOpCase[] All =
    [
        new MatmulCase(1, 1, 1),
        new MatmulCase(1, 257, 65, TransposeB: true),
        new MatmulCase(7, 16, 0),
        new MatmulCase(63, 65, 64, TransposeB: true),
        new MatmulCase(65, 129, 127, Beta: 1),
        new MatmulCase(17, 48, 300, TransposeA: true, Beta: 1),
        new MatmulCase(33, 96, 129, TransposeA: true, TransposeB: true),
        new MatmulCase(128, 16, 576, TransposeB: true),
        new MatmulCase(16, 576, 130, TransposeA: true), // a few rows: B is read in place
        new MatmulCase(5, 32, 300, Beta: 1),
        new MatmulCase(48, 16, 300, TransposeA: true, Bias: false), // a few columns of a transposed A: computed as the transpose
        new MatmulCase(96, 7, 600, TransposeA: true, Beta: 1, Bias: false),
        new MatmulCase(160, 17, 300, TransposeB: true, Beta: 1), // a few columns: A is read in place, the last rows are packed
        new MatmulCase(63, 65, 64, TransposeB: true, Type: BF16),
        new MatmulCase(31, 100, 257, Type: BF16, Beta: 1),
        new MatmulCase(2048, 1536, 576, TransposeB: true, BenchOnly: true),
        new MatmulCase(2048, 576, 1536, BenchOnly: true),
        new MatmulCase(1536, 1536, 1536, BenchOnly: true),
        new MatmulCase(2048, 2048, 2048, Type: BF16, BenchOnly: true),
    ];
}
