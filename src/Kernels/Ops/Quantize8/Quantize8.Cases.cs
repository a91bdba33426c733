// The cases of quantize8: both maps, short last blocks, blocks off every vector width, zeros, a NaN, numbers over many decades.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Quantize8;

internal sealed record Quantize8Case(
    int Count, int Block = 256, bool Unsigned = false, CaseFill Fill = CaseFill.Normal, double Scale = 1, bool Decades = false, bool BenchOnly = false) : IOpCase
{
    private CodeTable Table => Unsigned ? CodeTable.Unsigned8 : CodeTable.Signed8;

    public string Name => $"quantize8({Count},{Block},{Table.Name},{Fill}{(Decades ? ",decades" : "")},{Scale})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs => [new("x", new Shape(Count), F32, InputKind.Constant, Fill, Scale, Values: Decades ? OverDecades() : null)];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor codes = tape.Device.Empty(new Shape(Count), U8, Category.Activations);
        Tensor absmax = tape.Device.Empty(new Shape(FourBitMatrix.BlockCount(Count, Block)), F32, Category.Activations);
        Quantize8.Run(tape.Device, inputs.Parameters[0]!.Value, codes, absmax, Table, Block);
        return [codes, absmax];
    }

    public double[][] Forward(double[][] inputs)
    {
        var (codes, absmax) = Quantize8Reference.Quantize(inputs[0], Table.Values, Block);
        return [codes, absmax];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [null];

    public double Tolerance => 0;
    public double Flops => 2.0 * Count;
    public double Bytes => 5.0 * Count;

    private double[] OverDecades()
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, Count).Select(i => (double)(float)((i % 2 == 0 || Unsigned ? 1 : -1) * Math.Pow(10, -9 * random.NextDouble())))];
    }
}

internal static class Quantize8Cases
{
    public static readonly IOpCase[] All =
    [
        new Quantize8Case(0),
        new Quantize8Case(1, Unsigned: true, Fill: CaseFill.Positive),
        new Quantize8Case(257),
        new Quantize8Case(256 * 130 + 17, Unsigned: true, Fill: CaseFill.Positive),
        new Quantize8Case(1000, Block: 37),
        new Quantize8Case(5000, Block: 4096, Scale: 1e-20),
        new Quantize8Case(3000, Decades: true),
        new Quantize8Case(3000, Unsigned: true, Decades: true),
        new Quantize8Case(300, Fill: CaseFill.Zero),
        new Quantize8Case(300, Fill: CaseFill.OneNaN),
        new Quantize8Case(1 << 22, BenchOnly: true),
    ];
}
