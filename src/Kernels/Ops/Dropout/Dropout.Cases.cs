// The cases of dropout: odd widths, both types, nothing dropped.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Dropout;

internal sealed record DropoutCase(int Rows, int Columns, float Probability, DType Type = F32, int FirstRow = 0) : IOpCase
{
    private DropoutKey Key => new(Probability, 42, 5, FirstRow);

    public string Name => $"dropout({Rows},{Columns},{Probability},{Type}{(FirstRow > 0 ? $",from{FirstRow}" : "")})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs => [new("x", new Shape(Rows, Columns), Type, InputKind.Constant)];

    public Tensor[] Run(Tape tape, CaseArguments inputs) => [Dropout.Mask(tape, inputs.Parameters[0]!.Value, Key)];

    public double[][] Forward(double[][] inputs) => [DropoutReference.Mask(inputs[0], Columns, Key)];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [null];

    public double Tolerance => Type == F32 ? 2e-6 : 3e-3;
    public double Flops => 10.0 * Rows * Columns;
    public double Bytes => 2.0 * Rows * Columns * Type.Size();
    public bool BenchOnly => false;
}

internal static class DropoutCases
{
    public static readonly IOpCase[] All =
        [new DropoutCase(3, 5, 0.5f), new DropoutCase(64, 257, 0.1f), new DropoutCase(9, 64, 0.3f, BF16), new DropoutCase(2, 7, 0), new DropoutCase(5, 33, 0.4f, FirstRow: 2048)];
}
