// The cases of lora_mlp: T, h, I, ranks; inner rows kept or recomputed, dropout, biases, trained matrices, more rows than a tile.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Glu;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.LoraQkv;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.LoraMlp;

/// <param name="Ranks">Rank of gate's, up's and down's pair; 0: it has none.</param>
internal sealed record LoraMlpCase(
    int T, int H, int I, int[] Ranks, DType Type = F32, float Drop = 0, bool Bias = false, bool Trained = false, bool Norm = true,
    bool Keep = true, GateFunction Gate = GateFunction.Silu) : IOpCase
{
    private LoraPass Pass => new(Pairs: true, Drop > 0, CaseLinear.Seed);

    private CaseLinear[] Linears
    {
        get
        {
            var all = new CaseLinear[3];
            int first = Norm ? 2 : 1;
            for (int i = 0; i < 3; first += all[i++].InputCount)
                all[i] = new CaseLinear(
                    $"linear{i}", first, i == 2 ? H : I, i == 2 ? I : H, Ranks[i] > 0 ? [Ranks[i]] : [], Bias, Trained, Drop, Type);
            return all;
        }
    }

    public string Name =>
        ($"lora_mlp({T},{H},{I},{string.Join('+', Ranks)},{Type},{Drop},{Gate}{(Bias ? ",bias" : "")}{(Trained ? ",trained" : "")}"
        + $"{(Norm ? "" : ",plain")}{(Keep ? "" : ",again")})").ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("x", new Shape(T, H), Type),
        .. Norm ? new[] { new CaseInput("norm", new Shape(H), F32, Trained ? InputKind.Parameter : InputKind.Constant) } : [],
        .. Linears.SelectMany(linear => linear.Inputs()),
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        NormRule? norm = Norm ? new NormRule(inputs.Parameters[1]!, (float)LoraQkvReference.Eps) : null;
        CaseLinear[] linears = Linears;
        var parts = new MlpParts(norm, linears[0].On(inputs), linears[1].On(inputs), linears[2].On(inputs), Gate);
        return [LoraMlp.Apply(tape, inputs.Tensors[0], parts, Pass, Keep)];
    }

    public double[][] Forward(double[][] inputs) => [LoraMlpReference.Forward(inputs[0], Normed(inputs), T, Numbers(inputs))];

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        var (dn, gradients) = LoraMlpReference.Backward(outputGradients[0], Normed(inputs), T, Numbers(inputs));
        var (dx, dNorm) = Norm ? LoraQkvReference.NormBackward(dn, inputs[0], inputs[1], T) : (dn, []);
        return
        [
            dx.Zip(outputGradients[0], (a, b) => a + b).ToArray(), .. Norm ? new[] { Trained ? dNorm : null } : [],
            .. Linears.Zip(gradients, (linear, own) => linear.Of(own)).SelectMany(own => own),
        ];
    }

    private MlpNumbers Numbers(double[][] inputs)
    {
        LinearNumbers[] numbers = [.. Linears.Select(linear => linear.Numbers(inputs))];
        return new MlpNumbers(numbers[0], numbers[1], numbers[2], Gate, Type);
    }

    private double[] Normed(double[][] inputs) => Norm ? LoraQkvReference.Norm(inputs[0], inputs[1], T, Type) : inputs[0];

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => 3.0 * T * H * I * ((Trained ? 6 : 4) + (Keep ? 0 : 4 / 3.0)) + 8.0 * T * Ranks.Sum() * (H + I);
    public double Bytes => (double)Type.Size() * (6.0 * T * H + 8.0 * T * I + 6.0 * H * I);
    public bool BenchOnly => T >= 2048 && H >= 256;
}

internal static class LoraMlpCases
{
    public static readonly IOpCase[] All =
    [
        new LoraMlpCase(0, 8, 16, [2, 2, 2]), new LoraMlpCase(1, 3, 5, [1, 2, 1], Bias: true, Trained: true), new LoraMlpCase(65, 33, 70, [3, 4, 5]),
        new LoraMlpCase(65, 33, 70, [3, 4, 5], Keep: false), new LoraMlpCase(64, 48, 96, [8, 8, 8], BF16), new LoraMlpCase(64, 48, 96, [8, 8, 8], BF16, Keep: false),
        new LoraMlpCase(40, 24, 56, [4, 2, 3], Drop: 0.25f, Keep: false), new LoraMlpCase(40, 24, 56, [4, 2, 3], Drop: 0.25f),
        new LoraMlpCase(30, 24, 40, [0, 4, 0], Norm: false, Bias: true, Gate: GateFunction.GeluTanh), new LoraMlpCase(33, 24, 40, [0, 0, 0], Trained: true),
        new LoraMlpCase(LinearGroup.TileRows + 3, 7, 9, [2, 2, 2], Drop: 0.3f, Trained: true, Keep: false),
        new LoraMlpCase(2048, 576, 1536, [16, 16, 16]), new LoraMlpCase(2048, 576, 1536, [16, 16, 16], BF16),
    ];
}
