// The cases of rms_norm: T, h, type, mode, with or without a residual; ugly widths, huge values, a NaN.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.RmsNorm;

internal sealed record RmsNormCase(
    int T, int H, DType Type, NormMode Mode = NormMode.Llama, bool Residual = false, CaseFill Fill = CaseFill.Normal,
    int RowPitch = 0, bool FrozenWeight = false, int Heads = 1, bool BenchOnly = false) : IOpCase
{
    private const double Eps = 1e-5;

    public string Name =>
        $"rms_norm({T},{H},{Type},{Mode}{(Residual ? ",residual" : "")}{(FrozenWeight ? ",frozen" : "")}{(Heads > 1 ? $",heads{Heads}" : "")},{Fill},{RowPitch})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("x", new Shape(T, H), Type, Fill: Fill, Scale: Fill == CaseFill.Huge ? 1e18 : 1, RowPitch: RowPitch),
        new("weight", new Shape(H), F32, FrozenWeight ? InputKind.Constant : InputKind.Parameter),
        .. Residual ? new[] { new CaseInput("residual", new Shape(T, H), Type) } : [],
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Parameter weight = inputs.Parameters[1]!;
        if (!Residual) return [AsTokens(RmsNorm.Norm(tape, inputs.Tensors[0], weight, (float)Eps, Mode))];
        var (sum, normed) = RmsNorm.AddNorm(tape, inputs.Tensors[0], inputs.Tensors[2], weight, (float)Eps, Mode);
        return [sum, normed];
    }

    /// <summary>Rows of heads joined to rows of tokens, as attention reads them: the gradient comes in that shape.</summary>
    private Tensor AsTokens(Tensor normed)
    {
        if (Heads == 1) return normed;
        using Tensor owned = normed;
        return owned.Reshape(new Shape(T / Heads, H * Heads));
    }

    public unsafe double[][] Forward(double[][] inputs)
    {
        double[] z = Sum(inputs), y = new double[T * H];
        fixed (double* pz = z, pw = inputs[1], py = y)
            for (int row = 0; row < T; row++)
                RmsNormReference.Forward<double, RowF64, RowF64>(new(pz + row * H), new(pw), new(py + row * H), H, Eps, Mode);
        return Residual ? [z, y] : [y];
    }

    public unsafe double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        double[] z = Sum(inputs), y = new double[T * H], dz = new double[T * H], dWeight = new double[H], dy = outputGradients[^1];
        double[] joined = Residual ? outputGradients[0] : dy;
        fixed (double* pz = z, pw = inputs[1], py = y, pdy = dy, pdz = dz, pj = joined)
            for (int row = 0; row < T; row++)
            {
                int at = row * H;
                double r = RmsNormReference.Forward<double, RowF64, RowF64>(new(pz + at), new(pw), new(py + at), H, Eps, Mode);
                RmsNormReference.Backward<double, RowF64, RowF64>(
                    new(pdy + at), new(pz + at), new(pw), new(pj + at), Residual, new(pdz + at), H, r, Mode);
                for (int i = 0; i < H; i++)
                    dWeight[i] += RmsNormReference.WeightGradient<double, RowF64>(dy[at + i], z[at + i], r, Mode);
            }
        return [dz, FrozenWeight ? null : dWeight, .. Residual ? new[] { dz } : []];
    }

    private double[] Sum(double[][] inputs)
    {
        if (!Residual) return inputs[0];
        return [.. inputs[0].Zip(inputs[2], (x, residual) => CaseRounding.Round(x + residual, Type))];
    }

    public double Tolerance => Type == F32 ? 2e-6 : 3e-3;
    public double Flops => 12.0 * T * H;
    public double Bytes => (Residual ? 12.0 : 10.0) * T * H * Type.Size() / 2;
}

internal static class RmsNormCases
{
    public static readonly IOpCase[] All =
    [
        new RmsNormCase(0, 64, F32),
        new RmsNormCase(1, 3, F32),
        new RmsNormCase(1, 64, F32),
        new RmsNormCase(2, 257, F32),
        new RmsNormCase(63, 257, BF16),
        new RmsNormCase(65, 576, F32, Residual: true),
        new RmsNormCase(64, 576, BF16, Residual: true),
        new RmsNormCase(129, 48, F32, NormMode.Gemma),
        new RmsNormCase(12, 16, F32, Heads: 4),                          // head norms: rows of heads, gradients in rows of tokens
        new RmsNormCase(127, 80, BF16, NormMode.Gemma),
        new RmsNormCase(5, 33, BF16, NormMode.Plain, Residual: true),
        new RmsNormCase(200, 31, F32, NormMode.Plain),
        new RmsNormCase(3, 96, F32, RowPitch: 100),
        new RmsNormCase(3, 90, BF16, RowPitch: 97),
        new RmsNormCase(4, 64, F32, Fill: CaseFill.Zero),
        new RmsNormCase(4, 64, F32, Fill: CaseFill.Huge),
        new RmsNormCase(4, 64, F32, Fill: CaseFill.OneNaN),
        new RmsNormCase(70, 64, F32, FrozenWeight: true),
        new RmsNormCase(2, 11008, F32),
        new RmsNormCase(2048, 576, F32, FrozenWeight: true, BenchOnly: true),
        new RmsNormCase(4096, 4096, BF16, Residual: true, FrozenWeight: true, BenchOnly: true),
    ];
}
