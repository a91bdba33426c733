// The cases of linear_cross_entropy: n, V, h; several chunks, a trained head, no labelled row. The oracle is the plain
// composition: linear's product, then cross_entropy.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.CrossEntropy;
using FastTune.Kernels.Ops.Linear;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.LinearCrossEntropy;

internal sealed record LinearCrossEntropyCase(int N, int V, int H, DType Type = F32, bool Frozen = true) : IOpCase
{
    private const float RowWeight = 0.25f;

    public string Name => $"linear_cross_entropy({N},{V},{H},{Type}{(Frozen ? "" : ",trained")})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("hidden", new Shape(N, H), Type),
        new("head", new Shape(V, H), Type, Frozen ? InputKind.Constant : InputKind.Parameter, Scale: 0.2),
        new("labels", new Shape(N), I32, InputKind.Constant, Scale: V),
    ];

    public bool LossRoot => true;

    public Tensor[] Run(Tape tape, CaseArguments inputs) =>
        [LinearCrossEntropy.Loss(tape, inputs.Tensors[0], new Weight(inputs.Parameters[1]!), inputs.Parameters[2]!.Value, RowWeight)];

    public double[][] Forward(double[][] inputs) => [[Loss(inputs).Loss]];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        var (dHidden, dHead, _) = LinearReference.Backward(Loss(inputs).DZ, inputs[0], inputs[1], N, V, H);
        return [dHidden, Frozen ? null : dHead, null];
    }

    private (double Loss, double[] DZ) Loss(double[][] inputs) =>
        CrossEntropyReference.Loss(LinearReference.Forward(inputs[0], inputs[1], null, N, V, H), inputs[2], V, RowWeight);

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => (Frozen ? 4.0 : 6.0) * N * V * H;
    public double Bytes => 2.0 * V * H * Type.Size();
    public bool BenchOnly => N >= 2048;
}

internal static class LinearCrossEntropyCases
{
    public static readonly IOpCase[] All =
    [
        new LinearCrossEntropyCase(0, 31, 16), new LinearCrossEntropyCase(1, 257, 48), new LinearCrossEntropyCase(33, 100, 31, Frozen: false),
        new LinearCrossEntropyCase(17, 64, 40, BF16, Frozen: false), new LinearCrossEntropyCase(70, 200_000, 2),
        new LinearCrossEntropyCase(2048, 49152, 576),
    ];
}
