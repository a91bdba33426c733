// The cases of lora_linear: T, N, K, ranks; no rows, odd widths, several pairs, dropout, biases, a trained matrix, more rows than a tile.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.LoraLinear;

internal sealed record LoraLinearCase(
    int T, int N, int K, int[] Ranks, DType Type = F32, float Drop = 0, bool Bias = false, bool Trained = false, bool Residual = false) : IOpCase
{
    private CaseLinear Linear => new("linear", Residual ? 2 : 1, N, K, Ranks, Bias, Trained, Drop, Type);

    private LoraPass Pass => new(Pairs: true, Drop > 0, CaseLinear.Seed);

    public string Name => $"lora_linear({T},{N},{K},{string.Join('+', Ranks)},{Type},{Drop}{(Bias ? ",bias" : "")}{(Trained ? ",trained" : "")}{(Residual ? ",residual" : "")})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
        [new("x", new Shape(T, K), Type), .. Residual ? new[] { new CaseInput("residual", new Shape(T, N), Type) } : [], .. Linear.Inputs()];

    public Tensor[] Run(Tape tape, CaseArguments inputs) =>
        [LoraLinear.Apply(tape, inputs.Tensors[0], Linear.On(inputs), Pass, Residual ? inputs.Tensors[1] : default)];

    public double[][] Forward(double[][] inputs)
    {
        double[] y = LoraLinearReference.Forward(inputs[0], T, Linear.Numbers(inputs));
        return [Residual ? [.. y.Zip(inputs[1], (a, b) => a + b)] : y];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        LinearGradients gradients = LoraLinearReference.Backward(outputGradients[0], inputs[0], T, Linear.Numbers(inputs));
        return [gradients.DX, .. Residual ? new[] { outputGradients[0] } : [], .. Linear.Of(gradients)];
    }

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => T * ((Trained ? 6.0 : 4.0) * N * K + 8.0 * Ranks.Sum() * (N + K));
    public double Bytes => (double)Type.Size() * (3.0 * T * (N + K) + 2.0 * N * K);
    public bool BenchOnly => T >= 2048 && K >= 256;
}

internal static class LoraLinearCases
{
    public static readonly IOpCase[] All =
    [
        new LoraLinearCase(0, 8, 16, [4]), new LoraLinearCase(1, 5, 3, [2], Bias: true, Trained: true), new LoraLinearCase(65, 33, 257, [3], Residual: true),
        new LoraLinearCase(64, 80, 48, [16], BF16, Residual: true), new LoraLinearCase(40, 20, 48, [4, 7], Bias: true),
        new LoraLinearCase(63, 65, 70, [8], Drop: 0.25f), new LoraLinearCase(33, 24, 40, [4, 2], Drop: 0.5f, Residual: true),
        new LoraLinearCase(30, 24, 40, [], Trained: true, Residual: true), new LoraLinearCase(2 * LinearGroup.TileRows + 5, 9, 7, [2], Drop: 0.3f),
        new LoraLinearCase(2048, 576, 576, [16], Residual: true), new LoraLinearCase(2048, 576, 576, [16], BF16, Residual: true),
    ];
}
