// The cases of lion_8bit: counts over block and vector edges, both parameter types, zero, huge and NaN gradients.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.AdamW8bit;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Lion8bit;

internal sealed record Lion8bitCase(int Count, DType Type = F32, double Scale = 1, CaseFill Fill = CaseFill.Normal, bool BenchOnly = false) : IOpCase
{
    private static readonly LionSettings Settings = new(1e-2, 0.9, 0.99, 0.1);

    public string Name => $"lion_8bit({Count},{Type},scale{Scale},{Fill})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("parameter", new Shape(Count), Type, InputKind.Constant),
        new("gradient", new Shape(Count), F32, InputKind.Constant, Fill, Fill == CaseFill.Huge ? 1e15 : 1),
        new("moment", new Shape(Count), U8, InputKind.Constant, Scale: 256),
        new("absmax", new Shape(FourBitMatrix.BlockCount(Count, BlockMoment.Block)), F32, InputKind.Constant, CaseFill.Positive, 0.5),
    ];

    public IReadOnlyList<int> OverwrittenInputs => [0, 2, 3];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor[] given = [.. inputs.Parameters.Select(parameter => parameter!.Value)];
        using Tensor scale = tape.Device.From([(float)Scale], new Shape(1), Category.Workspace);
        Lion8bit.Update(tape.Device, given[0], given[1], new BlockMoment(given[2], given[3]), Settings, Scale == 1 ? default : scale);
        Tensor moment = tape.Device.Empty(given[2].Shape, F32, Category.Activations);
        Dequantize8.Dequantize8.Run(tape.Device, given[2], given[3], moment, CodeTable.Signed8, BlockMoment.Block);
        return [given[0].Share(), moment];
    }

    public double[][] Forward(double[][] inputs)
    {
        var (p, m) = Lion8bitReference.Step(inputs[0], [.. inputs[1].Select(value => Scale * value)], inputs[2], inputs[3], Settings);
        return [p, m];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => new double[]?[4];

    public double Tolerance => Type == F32 ? 2e-6 : 4e-3;
    public double Flops => 8.0 * Count;
    public double Bytes => (double)Count * (2 * Type.Size() + 6);
}

internal static class Lion8bitCases
{
    public static readonly IOpCase[] All =
    [
        new Lion8bitCase(0),
        new Lion8bitCase(1),
        new Lion8bitCase(257),
        new Lion8bitCase(256 * 65 + 33, Scale: 0.25),
        new Lion8bitCase(5000, BF16),
        new Lion8bitCase(600, Fill: CaseFill.Zero),
        new Lion8bitCase(600, Fill: CaseFill.Huge),
        new Lion8bitCase(600, Fill: CaseFill.OneNaN),
        new Lion8bitCase(8 << 20, Scale: 0.5, BenchOnly: true),
    ];
}
