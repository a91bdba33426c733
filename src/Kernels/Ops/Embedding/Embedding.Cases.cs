// The cases of embedding: T, V, h, types; repeated ids, one token, odd widths.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Embedding;

internal sealed record EmbeddingCase(int T, int V, int H, DType Type = F32, DType TableType = F32, float Scale = 1) : IOpCase
{
    public string Name => $"embedding({T},{V},{H},{Type},{TableType},{Scale})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("ids", new Shape(T), I32, InputKind.Constant, Scale: V),
        new("table", new Shape(V, H), TableType, InputKind.Parameter),
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs) =>
        [Embedding.Lookup(tape, inputs.Parameters[0]!.Value, inputs.Parameters[1]!, Type, Scale)];

    public double[][] Forward(double[][] inputs) => [EmbeddingReference.Forward(inputs[0], inputs[1], H, Scale)];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) =>
        [null, EmbeddingReference.Backward(inputs[0], outputGradients[0], V, H, Scale)];

    public double Tolerance => Type == TableType && Scale == 1 && T < 2 ? 1e-7 : Type == F32 ? 2e-6 : 3e-3;
    public double Flops => 2.0 * T * H;
    public double Bytes => 5.0 * T * H * Type.Size();
    public bool BenchOnly => T >= 2048;
}

internal static class EmbeddingCases
{
    public static readonly IOpCase[] All =
    [
        new EmbeddingCase(1, 1, 64), new EmbeddingCase(65, 7, 257), new EmbeddingCase(129, 500, 48),
        new EmbeddingCase(33, 40, 80, BF16, BF16), new EmbeddingCase(20, 64, 70, F32, BF16), new EmbeddingCase(20, 64, 70, BF16, F32),
        new EmbeddingCase(12, 30, 36, F32, F16, 6), new EmbeddingCase(2048, 49152, 576),
    ];
}
