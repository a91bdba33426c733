// The cases of residual: the sum and its two equal gradients; the oracle is one addition.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Residual;

internal sealed record ResidualCase(int T, int H, DType Type) : IOpCase
{
    public string Name => $"residual({T},{H},{Type})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs => [new("y", new Shape(T, H), Type), new("residual", new Shape(T, H), Type)];

    /// <summary>Adds to a copy, so that the case's own input stays.</summary>
    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor y = tape.New(inputs.Tensors[0].Shape, Type).WithValue(inputs.Tensors[0].Value);
        Accumulate.Accumulate.Copy(tape.Device, inputs.Tensors[0], y);
        return [Residual.Add(tape, y, inputs.Tensors[1])];
    }

    public double[][] Forward(double[][] inputs) => [[.. inputs[0].Zip(inputs[1], (y, residual) => y + residual)]];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [outputGradients[0], outputGradients[0]];

    public double Tolerance => Type == DType.F32 ? 2e-6 : 3e-3;
    public double Flops => 1.0 * T * H;
    public double Bytes => 3.0 * T * H * Type.Size();
    public bool BenchOnly => false;
}

internal static class ResidualCases
{
    public static readonly IOpCase[] All = [new ResidualCase(0, 8, DType.F32), new ResidualCase(65, 257, DType.F32), new ResidualCase(3, 80, DType.BF16)];
}
