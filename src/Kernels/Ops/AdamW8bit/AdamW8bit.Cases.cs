// The cases of adamw_8bit: counts over block and vector edges, both parameter types, first and late steps, zero, huge and NaN gradients.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Ops.AdamW;
using FastTune.Kernels.Ops.Dequantize8;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.AdamW8bit;

internal sealed record AdamW8bitCase(int Count, DType Type = F32, int Step = 1, double Scale = 1, CaseFill Fill = CaseFill.Normal, bool BenchOnly = false) : IOpCase
{
    private AdamWSettings Settings => new(1e-2, 0.9, 0.999, 1e-8, 0.1, Step);

    public string Name => $"adamw_8bit({Count},{Type},step{Step},scale{Scale},{Fill})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("parameter", new Shape(Count), Type, InputKind.Constant),
        new("gradient", new Shape(Count), F32, InputKind.Constant, Fill, Fill == CaseFill.Huge ? 1e15 : 1),
        new("first", new Shape(Count), U8, InputKind.Constant, Scale: 256),
        new("first absmax", Blocks, F32, InputKind.Constant, CaseFill.Positive, 0.5),
        new("second", new Shape(Count), U8, InputKind.Constant, Scale: 256),
        new("second absmax", Blocks, F32, InputKind.Constant, CaseFill.Positive, 0.5),
    ];

    private Shape Blocks => new(FourBitMatrix.BlockCount(Count, BlockMoment.Block));

    public IReadOnlyList<int> OverwrittenInputs => [0, 2, 3, 4, 5];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor[] given = [.. inputs.Parameters.Select(parameter => parameter!.Value)];
        BlockMoment first = new(given[2], given[3]), second = new(given[4], given[5]);
        using Tensor scale = tape.Device.From([(float)Scale], new Shape(1), Category.Workspace);
        AdamW8bit.Update(tape.Device, given[0], given[1], first, second, Settings, Scale == 1 ? default : scale);
        return [given[0].Share(), Decoded(tape.Device, first, CodeTable.Signed8), Decoded(tape.Device, second, CodeTable.Unsigned8)];
    }

    public double[][] Forward(double[][] inputs)
    {
        double[] gradient = [.. inputs[1].Select(value => Scale * value)];
        var (p, m, v) = AdamW8bitReference.Step(inputs[0], gradient, (inputs[2], inputs[3]), (inputs[4], inputs[5]), Settings);
        return [p, m, v];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => new double[]?[6];

    public double Tolerance => Type == F32 ? 2e-6 : 4e-3;
    public double Flops => 18.0 * Count;
    public double Bytes => (double)Count * (2 * Type.Size() + 8);

    private static Tensor Decoded(IDevice device, in BlockMoment moment, CodeTable table)
    {
        Tensor values = device.Empty(moment.Codes.Shape, F32, Category.Activations);
        Dequantize8.Dequantize8.Run(device, moment.Codes, moment.Absmax, values, table, BlockMoment.Block);
        return values;
    }
}

internal static class AdamW8bitCases
{
    public static readonly IOpCase[] All =
    [
        new AdamW8bitCase(0),
        new AdamW8bitCase(1),
        new AdamW8bitCase(257, Step: 3),
        new AdamW8bitCase(256 * 65 + 33, Step: 1000, Scale: 0.25),
        new AdamW8bitCase(5000, BF16, Step: 5),
        new AdamW8bitCase(600, Fill: CaseFill.Zero),
        new AdamW8bitCase(600, Fill: CaseFill.Huge),
        new AdamW8bitCase(600, Fill: CaseFill.OneNaN),
        new AdamW8bitCase(8 << 20, Step: 10, Scale: 0.5, BenchOnly: true),
    ];
}
