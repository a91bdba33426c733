// The cases of gather_rows: every third row, all rows, none.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.GatherRows;

internal sealed record GatherRowsCase(int T, int H, int Step, DType Type = F32) : IOpCase
{
    private double[] Rows => Step == 0 ? [] : [.. Enumerable.Range(0, T).Where(row => row % Step == Step - 1).Select(row => (double)row)];

    public string Name => $"gather_rows({T},{H},{Step},{Type})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs => [new("x", new Shape(T, H), Type)];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        int[] rows = Array.ConvertAll(Rows, row => (int)row);
        using Tensor index = Devices.DeviceTensors.From(tape.Device, rows, Memory.Category.Activations);
        return [GatherRows.Apply(tape, inputs.Tensors[0], index)];
    }

    public double[][] Forward(double[][] inputs) => [GatherRowsReference.Gather(inputs[0], Rows, H)];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) =>
        [GatherRowsReference.Scatter(outputGradients[0], Rows, T, H)];

    public double Tolerance => 1e-9;
    public double Flops => 0;
    public double Bytes => 4.0 * T * H * Type.Size();
    public bool BenchOnly => false;
}

internal static class GatherRowsCases
{
    public static readonly IOpCase[] All =
        [new GatherRowsCase(1, 64, 1), new GatherRowsCase(65, 33, 3), new GatherRowsCase(20, 48, 1, BF16), new GatherRowsCase(7, 16, 0)];
}
