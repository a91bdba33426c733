// The cases of lora_qkv: T, h, outputs, ranks; with pairs on some linears only, dropout, a stream that has a gradient already, no norm.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.LoraLinear;
using FastTune.Kernels.Ops.RmsNorm;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.LoraQkv;

/// <param name="Ranks">Rank of each linear's pair; 0: it has none.</param>
/// <param name="Joins">The stream is an output too, so that x's gradient holds something before the block's.</param>
internal sealed record LoraQkvCase(
    int T, int H, int[] N, int[] Ranks, DType Type = F32, float Drop = 0, bool Bias = false, bool Trained = false, bool Norm = true, bool Joins = false) : IOpCase
{
    private LoraPass Pass => new(Pairs: true, Drop > 0, CaseLinear.Seed);

    private CaseLinear[] Linears
    {
        get
        {
            var all = new CaseLinear[N.Length];
            int first = Norm ? 2 : 1;
            for (int i = 0; i < N.Length; first += all[i++].InputCount)
                all[i] = new CaseLinear($"linear{i}", first, N[i], H, Ranks[i] > 0 ? [Ranks[i]] : [], Bias, Trained, Drop, Type);
            return all;
        }
    }

    public string Name =>
        ($"lora_qkv({T},{H},{string.Join('+', N)},{string.Join('+', Ranks)},{Type},{Drop}{(Bias ? ",bias" : "")}{(Trained ? ",trained" : "")}"
        + $"{(Norm ? "" : ",plain")}{(Joins ? ",joins" : "")})").ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("x", new Shape(T, H), Type),
        .. Norm ? new[] { new CaseInput("norm", new Shape(H), F32, Trained ? InputKind.Parameter : InputKind.Constant) } : [],
        .. Linears.SelectMany(linear => linear.Inputs()),
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        NormRule? norm = Norm ? new NormRule(inputs.Parameters[1]!, (float)LoraQkvReference.Eps) : null;
        TensorSet y = LoraQkv.Apply(tape, inputs.Tensors[0], norm, [.. Linears.Select(linear => linear.On(inputs))], Pass);
        var outputs = new List<Tensor>();
        for (int i = 0; i < N.Length; i++) outputs.Add(y[i]);
        if (Joins) outputs.Add(inputs.Tensors[0].Share());
        return [.. outputs];
    }

    public double[][] Forward(double[][] inputs)
    {
        double[][] y = LoraQkvReference.Forward(Normed(inputs), T, Linears.Select(linear => linear.Numbers(inputs)));
        return Joins ? [.. y, inputs[0]] : y;
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        var (dn, gradients) = LoraQkvReference.Backward(outputGradients, Normed(inputs), T, [.. Linears.Select(linear => linear.Numbers(inputs))]);
        var (dx, dNorm) = Norm ? LoraQkvReference.NormBackward(dn, inputs[0], inputs[1], T) : (dn, []);
        if (Joins) dx = [.. dx.Zip(outputGradients[^1], (a, b) => a + b)];
        return [dx, .. Norm ? new[] { Trained ? dNorm : null } : [], .. Linears.Zip(gradients, (linear, own) => linear.Of(own)).SelectMany(own => own)];
    }

    private double[] Normed(double[][] inputs) => Norm ? LoraQkvReference.Norm(inputs[0], inputs[1], T, Type) : inputs[0];

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => T * H * ((Trained ? 6.0 : 4.0) * N.Sum() + 8.0 * Ranks.Sum());
    public double Bytes => (double)Type.Size() * (4.0 * T * H + 2.0 * T * N.Sum() + 2.0 * H * N.Sum());
    public bool BenchOnly => T >= 2048 && H >= 256;
}

internal static class LoraQkvCases
{
    public static readonly IOpCase[] All =
    [
        new LoraQkvCase(0, 16, [8, 4, 4], [2, 2, 2]), new LoraQkvCase(1, 3, [5, 2, 2], [1, 0, 2], Bias: true, Trained: true),
        new LoraQkvCase(65, 48, [33, 16, 16], [3, 4, 5], Joins: true), new LoraQkvCase(64, 80, [80, 40, 40], [8, 8, 8], BF16, Joins: true),
        new LoraQkvCase(40, 24, [20, 10, 10], [4, 2, 2], Drop: 0.25f, Joins: true), new LoraQkvCase(30, 33, [24, 7], [0, 4], Norm: false, Bias: true, Joins: true),
        new LoraQkvCase(30, 33, [24], [4], Drop: 0.5f), new LoraQkvCase(33, 40, [12, 9, 9], [0, 0, 0], Trained: true, Joins: true),
        new LoraQkvCase(LinearGroup.TileRows + 3, 9, [7, 5, 5], [2, 2, 2], Trained: true, Joins: true),
        new LoraQkvCase(2048, 576, [576, 192, 192], [16, 16, 16], Joins: true), new LoraQkvCase(2048, 576, [576, 192, 192], [16, 16, 16], BF16, Joins: true),
    ];
}
