// The cases of quantize_rows: no rows, one value, odd widths, a row pitch, zeros, a NaN.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.QuantizeRows;

internal sealed record QuantizeRowsCase(int Rows, int Columns, CaseFill Fill = CaseFill.Normal, double Scale = 1, int Pitch = 0, bool BenchOnly = false) : IOpCase
{
    public string Name => $"quantize_rows({Rows},{Columns},{Fill},{Scale},pitch{Pitch})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs => [new("x", new Shape(Rows, Columns), F32, InputKind.Constant, Fill, Scale, Pitch)];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor codes = tape.Device.Empty(new Shape(Rows, Columns), I8, Category.Activations), scales = tape.Device.Empty(new Shape(Rows), F32, Category.Activations);
        QuantizeRows.Run(tape.Device, inputs.Parameters[0]!.Value, codes, scales);
        return [codes, scales];
    }

    public double[][] Forward(double[][] inputs)
    {
        var (codes, scales) = QuantizeRowsReference.Quantize(inputs[0], Rows, Columns);
        return [codes, scales];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [null];

    public double Tolerance => 0;
    public double Flops => 2.0 * Rows * Columns;
    public double Bytes => 5.0 * Rows * Columns;
}

internal static class QuantizeRowsCases
{
    public static readonly IOpCase[] All =
    [
        new QuantizeRowsCase(0, 64),
        new QuantizeRowsCase(1, 1),
        new QuantizeRowsCase(63, 257),
        new QuantizeRowsCase(65, 96, Scale: 1e-20, Pitch: 104),
        new QuantizeRowsCase(3, 33, CaseFill.Zero),
        new QuantizeRowsCase(3, 33, CaseFill.OneNaN),
        new QuantizeRowsCase(2048, 2048, BenchOnly: true),
    ];
}
