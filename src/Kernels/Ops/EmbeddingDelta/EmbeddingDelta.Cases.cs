// The cases of embedding_delta: T, h, V, r, type; repeated ids.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.EmbeddingDelta;

internal sealed record EmbeddingDeltaCase(int T, int H, int V, int R, DType Type = F32) : IOpCase
{
    private const float Scale = 2;

    public string Name => $"embedding_delta({T},{H},{V},{R},{Type})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("y", new Shape(T, H), Type), new("ids", new Shape(T), I32, InputKind.Constant, Scale: V),
        new("a", new Shape(R, V), F32, InputKind.Parameter), new("b", new Shape(H, R), F32, InputKind.Parameter),
    ];

    /// <summary>Adds to a copy, so that the case's own input stays.</summary>
    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor y = tape.New(inputs.Tensors[0].Shape, Type).WithValue(inputs.Tensors[0].Value);
        Accumulate.Accumulate.Copy(tape.Device, inputs.Tensors[0], y);
        var pair = new LoraPair(inputs.Parameters[2]!, inputs.Parameters[3]!, Scale);
        return [EmbeddingDelta.Add(tape, y, inputs.Parameters[1]!.Value, pair)];
    }

    public double[][] Forward(double[][] inputs) =>
        [EmbeddingDeltaReference.Forward(inputs[0], inputs[1], inputs[2], inputs[3], H, V, R, Scale)];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        var (dA, dB) = EmbeddingDeltaReference.Backward(outputGradients[0], inputs[1], inputs[2], inputs[3], H, V, R, Scale);
        return [outputGradients[0], null, dA, dB];
    }

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => 6.0 * T * H * R;
    public double Bytes => 3.0 * T * H * Type.Size();
    public bool BenchOnly => false;
}

internal static class EmbeddingDeltaCases
{
    public static readonly IOpCase[] All =
        [new EmbeddingDeltaCase(1, 16, 1, 4), new EmbeddingDeltaCase(33, 40, 7, 3), new EmbeddingDeltaCase(20, 48, 90, 8, BF16)];
}
