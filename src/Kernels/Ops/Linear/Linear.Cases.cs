// The cases of linear: T, N, K, types, bias, frozen or trained; no rows, one row, odd widths.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Linear;

internal sealed record LinearCase(
    int T, int N, int K, DType Type = F32, DType WeightType = F32, bool Bias = false, bool Frozen = false, bool BenchOnly = false) : IOpCase
{
    public string Name =>
        $"linear({T},{N},{K},{Type},{WeightType}{(Bias ? ",bias" : "")}{(Frozen ? ",frozen" : "")})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("x", new Shape(T, K), Type),
        new("weight", new Shape(N, K), WeightType, Frozen ? InputKind.Constant : InputKind.Parameter),
        .. Bias ? new[] { new CaseInput("bias", new Shape(N), F32, InputKind.Parameter) } : [],
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs) =>
        [Linear.Apply(tape, inputs.Tensors[0], new Weight(inputs.Parameters[1]!), Bias ? inputs.Parameters[2] : null)];

    public double[][] Forward(double[][] inputs) =>
        [LinearReference.Forward(inputs[0], inputs[1], Bias ? inputs[2] : null, T, N, K)];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        var (dx, dWeight, dBias) = LinearReference.Backward(outputGradients[0], inputs[0], inputs[1], T, N, K);
        return [dx, Frozen ? null : dWeight, .. Bias ? new[] { dBias } : []];
    }

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => (Frozen ? 4.0 : 6.0) * T * N * K;
    public double Bytes => (double)Type.Size() * (2 * T * K + 2 * T * N) + 2.0 * N * K * WeightType.Size();
}

internal static class LinearCases
{
    public static readonly IOpCase[] All =
    [
        new LinearCase(0, 8, 16),
        new LinearCase(1, 5, 3, Bias: true),
        new LinearCase(63, 65, 257, Bias: true),
        new LinearCase(129, 96, 80),
        new LinearCase(130, 33, 64, Frozen: true),
        new LinearCase(65, 80, 48, BF16, BF16, Frozen: true),
        new LinearCase(64, 72, 40, BF16, F32, Bias: true),
        new LinearCase(2048, 576, 1536, Frozen: true, BenchOnly: true),
        new LinearCase(2048, 1536, 576, BF16, BF16, Frozen: true, BenchOnly: true),
    ];
}
