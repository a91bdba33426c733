// The cases of glu: T, I, type, gate; odd widths, both ends of exp.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Glu;

internal sealed record GluCase(
    int T, int I, DType Type, GateFunction Gate = GateFunction.Silu, double Scale = 1, int RowPitch = 0, bool BenchOnly = false) : IOpCase
{
    public string Name => $"glu({T},{I},{Type},{Gate},{Scale:G3},{RowPitch})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("e", new Shape(T, I), Type, Scale: Scale, RowPitch: RowPitch),
        new("g", new Shape(T, I), Type),
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs) => [Glu.Apply(tape, inputs.Tensors[0], inputs.Tensors[1], Gate)];

    public double[][] Forward(double[][] inputs) =>
        [[.. inputs[0].Zip(inputs[1], (e, g) => GluReference.Forward(e, g, Gate))]];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        double[] de = new double[T * I], dg = new double[T * I];
        for (int i = 0; i < de.Length; i++)
            (de[i], dg[i]) = GluReference.Backward(inputs[0][i], inputs[1][i], outputGradients[0][i], Gate);
        return [de, dg];
    }

    public double Tolerance => Type == F32 ? 2e-6 : 3e-3;
    public double Flops => 22.0 * T * I;
    public double Bytes => 8.0 * T * I * Type.Size();
}

internal static class GluCases
{
    public static readonly IOpCase[] All =
    [
        new GluCase(0, 64, F32), new GluCase(1, 64, F32), new GluCase(63, 257, BF16), new GluCase(65, 130, F32),
        new GluCase(2, 64, BF16, Scale: 1e4), new GluCase(2, 63, F32, Scale: 1e4), new GluCase(7, 96, F32, RowPitch: 101),
        new GluCase(33, 80, F32, GateFunction.Gelu), new GluCase(33, 77, BF16, GateFunction.Gelu),
        new GluCase(33, 80, F32, GateFunction.GeluTanh), new GluCase(9, 64, F32, GateFunction.GeluTanh, Scale: 100),
        new GluCase(5, 48, BF16, GateFunction.Relu),
        new GluCase(2048, 1536, F32, BenchOnly: true), new GluCase(4096, 14336, BF16, BenchOnly: true),
    ];
}
