// The cases of rope: T, heads, d, rot, type, pairing; partial rotation, halves narrower than a vector.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Rope;

internal sealed record RopeCase(
    int T, int Heads, int HeadSize, int Rotated, DType Type = F32, RopePairs Pairs = RopePairs.Halves, bool BenchOnly = false) : IOpCase
{
    public string Name => $"rope({T},{Heads},{HeadSize},{Rotated},{Type},{Pairs})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("x", new Shape(T, Heads * HeadSize), Type),
        new("cos", new Shape(T, Rotated / 2), F32, InputKind.Constant),
        new("sin", new Shape(T, Rotated / 2), F32, InputKind.Constant),
    ];

    /// <summary>Turns a copy, so that the case's own input stays.</summary>
    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor x = tape.New(inputs.Tensors[0].Shape, Type).WithValue(inputs.Tensors[0].Value);
        Accumulate.Accumulate.Copy(tape.Device, inputs.Tensors[0], x);
        var table = new RopeTable(inputs.Parameters[1]!.Value, inputs.Parameters[2]!.Value);
        return [Rope.Apply(tape, x, table, HeadSize, Pairs)];
    }

    public double[][] Forward(double[][] inputs) =>
        [RopeReference.Rotate(inputs[0], inputs[1], inputs[2], T, HeadSize, Pairs, 1)];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) =>
        [RopeReference.Rotate(outputGradients[0], inputs[1], inputs[2], T, HeadSize, Pairs, -1), null, null];

    public double Tolerance => Type == F32 ? 2e-6 : 3e-3;
    public double Flops => 6.0 * T * Heads * HeadSize;
    public double Bytes => 4.0 * T * Heads * HeadSize * Type.Size();
}

internal static class RopeCases
{
    public static readonly IOpCase[] All =
    [
        new RopeCase(0, 2, 64, 64), new RopeCase(1, 1, 64, 64), new RopeCase(65, 3, 64, 64), new RopeCase(33, 4, 12, 12),
        new RopeCase(63, 2, 80, 80, BF16), new RopeCase(17, 2, 96, 24), new RopeCase(9, 3, 128, 128, BF16),
        new RopeCase(13, 2, 64, 32, F32, RopePairs.Interleaved), new RopeCase(13, 2, 32, 32, BF16, RopePairs.Interleaved),
        new RopeCase(2048, 9, 64, 64, BenchOnly: true),
    ];
}
