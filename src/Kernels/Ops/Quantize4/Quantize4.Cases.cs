// The cases of quantize4: nothing, one value, odd counts, short last blocks, zeros, values at the edges between codes, a NaN.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Bnb;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Quantize4;

internal sealed record Quantize4Case(
    int Count, int Block = 64, bool Fp4 = false, CaseFill Fill = CaseFill.Normal, double Scale = 1, bool Edges = false, bool BenchOnly = false) : IOpCase
{
    private CodeTable Table => Fp4 ? CodeTable.Fp4 : CodeTable.Nf4;

    public string Name => $"quantize4({Count},{Block},{Table.Name},{Fill}{(Edges ? ",edges" : "")},{Scale})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs => [new("x", new Shape(Count), F32, InputKind.Constant, Fill, Scale, Values: Edges ? AtEdges() : null)];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor codes = tape.Device.Empty(new Shape((Count + 1) / 2), U8, Category.Activations);
        Tensor absmax = tape.Device.Empty(new Shape(FourBitMatrix.BlockCount(Count, Block)), F32, Category.Activations);
        Quantize4.Run(tape.Device, inputs.Parameters[0]!.Value, codes, absmax, Table, Block);
        return [codes, absmax];
    }

    public double[][] Forward(double[][] inputs)
    {
        var (codes, absmax) = Quantize4Reference.Quantize(inputs[0], Table.Values, Block);
        return [codes, absmax];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [null];

    public double Tolerance => 0;
    public double Flops => 2.0 * Count;
    public double Bytes => 4.5 * Count;

    // A 1 in each block, so that scaling is exact, and the middles between neighbouring values with the floats beside them.
    private double[] AtEdges()
    {
        float[] sorted = [.. Table.Values.ToArray().Distinct().Order()];
        var values = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            int low = i / 3 % (sorted.Length - 1);
            float middle = (sorted[low] + sorted[low + 1]) / 2;
            values[i] = i % Block == 0 ? 1 : i % 3 == 0 ? middle : i % 3 == 1 ? MathF.BitIncrement(middle) : MathF.BitDecrement(middle);
        }
        return values;
    }
}

internal static class Quantize4Cases
{
    public static readonly IOpCase[] All =
    [
        new Quantize4Case(0),
        new Quantize4Case(1),
        new Quantize4Case(63),
        new Quantize4Case(64 * 9 + 5, Fp4: true),
        new Quantize4Case(64 * 600 + 31),
        new Quantize4Case(1000, Block: 128, Scale: 1e-30),
        new Quantize4Case(4096, Block: 4096, Fp4: true),
        new Quantize4Case(96, Fill: CaseFill.Zero),
        new Quantize4Case(200, Fill: CaseFill.OneNaN),
        new Quantize4Case(256, Edges: true),
        new Quantize4Case(256, Fp4: true, Edges: true),
        new Quantize4Case(1 << 22, BenchOnly: true),
    ];
}
