// The cases of dequantize8: both maps, a short last block, blocks off every vector width.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Dequantize8;

internal sealed record Dequantize8Case(int Count, int Block = 256, bool Unsigned = false, bool BenchOnly = false) : IOpCase
{
    private CodeTable Table => Unsigned ? CodeTable.Unsigned8 : CodeTable.Signed8;

    public string Name => $"dequantize8({Count},{Block},{Table.Name})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("codes", new Shape(Count), U8, InputKind.Constant, Scale: 256),
        new("absmax", new Shape(FourBitMatrix.BlockCount(Count, Block)), F32, InputKind.Constant, CaseFill.Positive, 3),
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor y = tape.Device.Empty(new Shape(Count), F32, Category.Activations);
        Dequantize8.Run(tape.Device, inputs.Parameters[0]!.Value, inputs.Parameters[1]!.Value, y, Table, Block);
        return [y];
    }

    public double[][] Forward(double[][] inputs) => [Dequantize8Reference.Dequantize(inputs[0], inputs[1], Table.Values, Block)];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [null, null];

    public double Tolerance => 0;
    public double Flops => Count;
    public double Bytes => 5.0 * Count;
}

internal static class Dequantize8Cases
{
    public static readonly IOpCase[] All =
    [
        new Dequantize8Case(0),
        new Dequantize8Case(1),
        new Dequantize8Case(256 * 130 + 17),
        new Dequantize8Case(1000, Block: 37, Unsigned: true),
        new Dequantize8Case(1 << 22, BenchOnly: true),
    ];
}
