// The cases of cross_entropy: rows, V; one class, odd V, equal and huge logits.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.CrossEntropy;

internal sealed record CrossEntropyCase(int N, int V, double Scale = 1, CaseFill Fill = CaseFill.Normal) : IOpCase
{
    private const float Weight = 0.125f;

    public string Name => $"cross_entropy({N},{V},{Scale:G3},{Fill})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("z", new Shape(N, V), F32, Scale: Scale, Fill: Fill),
        new("labels", new Shape(N), I32, InputKind.Constant, Scale: V),
    ];

    public bool LossRoot => true;

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor z = tape.New(inputs.Tensors[0].Shape, F32).WithValue(inputs.Tensors[0].Value);
        Accumulate.Accumulate.Copy(tape.Device, inputs.Tensors[0], z);
        return [CrossEntropy.Loss(tape, z, inputs.Parameters[1]!.Value, Weight)];
    }

    public double[][] Forward(double[][] inputs) => [[CrossEntropyReference.Loss(inputs[0], inputs[1], V, Weight).Loss]];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) =>
        [CrossEntropyReference.Loss(inputs[0], inputs[1], V, Weight).DZ, null];

    public double Tolerance => 2e-6;
    public double Flops => 6.0 * N * V;
    public double Bytes => 12.0 * N * V;
    public bool BenchOnly => N >= 512;
}

internal static class CrossEntropyCases
{
    public static readonly IOpCase[] All =
    [
        new CrossEntropyCase(0, 31), new CrossEntropyCase(3, 1), new CrossEntropyCase(7, 31), new CrossEntropyCase(5, 257),
        new CrossEntropyCase(4, 1000, 1e4), new CrossEntropyCase(3, 64, 3, CaseFill.Equal), new CrossEntropyCase(2, 32000),
        new CrossEntropyCase(512, 49152),
    ];
}
