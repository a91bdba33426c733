// The cases of grad_norm: one and two gradients, sizes over the vector and chunk edges, limits that clip and that do not.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.GradNorm;

internal sealed record GradNormCase(int First, int Second, double Limit, CaseFill Fill = CaseFill.Normal, double Scale = 1, bool BenchOnly = false) : IOpCase
{
    public string Name => $"grad_norm({First},{Second},max{Limit},{Fill},{Scale})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("first", new Shape(First), F32, InputKind.Constant, Fill, Scale),
        new("second", new Shape(Second), F32, InputKind.Constant, CaseFill.Normal, Scale),
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        var result = GradNorm.Measure(tape.Device, [inputs.Parameters[0]!.Value, inputs.Parameters[1]!.Value], Limit);
        return [result.Norm, result.Factor];
    }

    public double[][] Forward(double[][] inputs)
    {
        var (norm, factor) = GradNormReference.Measure(inputs, Limit);
        return [[norm], [factor]];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [null, null];

    public double Tolerance => 2e-6;
    public double Flops => 2.0 * (First + Second);
    public double Bytes => 4.0 * (First + Second);
}

internal static class GradNormCases
{
    public static readonly IOpCase[] All =
    [
        new GradNormCase(0, 1, 1),
        new GradNormCase(1, 15, 1),
        new GradNormCase(63, 129, 0.5),
        new GradNormCase(16 * 1024, 16 * 1024 + 1, 1),
        new GradNormCase(50_000, 3, 0),
        new GradNormCase(50_000, 70_001, 1, Scale: 1e-4),
        new GradNormCase(64, 64, 1, CaseFill.Zero, Scale: 0),
        new GradNormCase(64, 64, 1, CaseFill.OneNaN),
        new GradNormCase(8 << 20, 8 << 20, 1, BenchOnly: true),
    ];
}
