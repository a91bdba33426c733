// A linear of the blocks' case tables: which inputs of the case are its parts, on the device and in the oracle.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Dropout;
using FastTune.Kernels.Ops.LoraDelta;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights;

namespace FastTune.Kernels.Ops.LoraLinear;

/// <summary>A linear from K to N; its inputs lie one after the other from index <paramref name="First"/>: weight, bias if any, then A and B of each rank.</summary>
internal sealed record CaseLinear(string Name, int First, int N, int K, int[] Ranks, bool Bias = false, bool Trained = false, float Drop = 0, DType WeightType = DType.F32)
{
    public const float Scale = 1.5f;
    public const ulong Seed = 7;

    public int InputCount => 1 + (Bias ? 1 : 0) + 2 * Ranks.Length;

    private int PairAt(int pair) => First + (Bias ? 2 : 1) + 2 * pair;

    public IEnumerable<CaseInput> Inputs()
    {
        yield return new($"{Name}.weight", new Shape(N, K), WeightType, Trained ? InputKind.Parameter : InputKind.Constant, Scale: 0.3);
        if (Bias) yield return new($"{Name}.bias", new Shape(N), DType.F32, InputKind.Parameter);
        for (int i = 0; i < Ranks.Length; i++)
        {
            yield return new($"{Name}.a{i}", new Shape(Ranks[i], K), DType.F32, InputKind.Parameter, Scale: 0.3);
            yield return new($"{Name}.b{i}", new Shape(N, Ranks[i]), DType.F32, InputKind.Parameter, Scale: 0.3);
        }
    }

    public ILoraLinear On(CaseArguments inputs) => new Parts(this, inputs.Parameters);

    public LinearNumbers Numbers(double[][] inputs) => new(
        inputs[First], Bias ? inputs[First + 1] : null, N, K,
        [.. Ranks.Select((rank, i) => new PairNumbers(inputs[PairAt(i)], inputs[PairAt(i) + 1], rank, Scale, new DropoutKey(Drop, Seed, Site(i))))]);

    /// <summary>The gradients in the order of <see cref="Inputs"/>.</summary>
    public IEnumerable<double[]?> Of(LinearGradients gradients)
    {
        yield return Trained ? gradients.DWeight : null;
        if (Bias) yield return gradients.DBias;
        foreach (var (dA, dB) in gradients.Pairs)
        {
            yield return dA;
            yield return dB;
        }
    }

    private uint Site(int pair) => (uint)(10 * First + pair);

    private sealed class Parts(CaseLinear row, Parameter?[] parameters) : ILoraLinear
    {
        public Weight Weight { get; } = new(parameters[row.First]!);
        public Parameter? Bias => row.Bias ? parameters[row.First + 1] : null;
        public int PairCount => row.Ranks.Length;

        public LoraPair Pair(int index) => new(parameters[row.PairAt(index)]!, parameters[row.PairAt(index) + 1]!, Scale);

        public (float Probability, uint Site) Dropout(int index) => (row.Drop, row.Site(index));
    }
}
