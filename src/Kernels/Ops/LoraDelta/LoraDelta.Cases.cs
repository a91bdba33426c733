// The cases of lora_delta: T, N, K, r, type, with and without dropout.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Dropout;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.LoraDelta;

internal sealed record LoraDeltaCase(int T, int N, int K, int R, DType Type = F32, float Drop = 0, bool Bias = false) : IOpCase
{
    private const float Scale = 1.5f;

    private DropoutKey Key => new(Drop, 7, 3);

    public string Name => $"lora_delta({T},{N},{K},{R},{Type},{Drop}{(Bias ? ",bias" : "")})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("y", new Shape(T, N), Type), new("x", new Shape(T, K), Type),
        new("a", new Shape(R, K), F32, InputKind.Parameter, Scale: 0.3), new("b", new Shape(N, R), F32, InputKind.Parameter, Scale: 0.3),
        .. Bias ? new[] { new CaseInput("bias", new Shape(N), F32, InputKind.Parameter) } : [],
    ];

    /// <summary>Adds to a copy, so that the case's own input stays.</summary>
    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor y = tape.New(inputs.Tensors[0].Shape, Type).WithValue(inputs.Tensors[0].Value);
        Accumulate.Accumulate.Copy(tape.Device, inputs.Tensors[0], y);
        return [LoraDelta.Add(tape, y, inputs.Tensors[1], Pair(inputs), Key)];
    }

    private LoraPair Pair(CaseArguments inputs) =>
        new(inputs.Parameters[2]!, inputs.Parameters[3]!, Scale, Bias ? inputs.Parameters[4] : null);

    public double[][] Forward(double[][] inputs)
    {
        double[] y = LoraDeltaReference.Forward(inputs[0], Kept(inputs[1]), inputs[2], inputs[3], T, N, K, R, Scale);
        if (Bias) for (int i = 0; i < y.Length; i++) y[i] += Scale * inputs[4][i % N];
        return [y];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        var (dx, dA, dB) = LoraDeltaReference.Backward(
            outputGradients[0], Kept(inputs[1]), inputs[2], inputs[3], T, N, K, R, Scale);
        if (!Bias) return [outputGradients[0], Kept(dx), dA, dB];
        var dBias = new double[N];
        for (int i = 0; i < T * N; i++) dBias[i % N] += Scale * outputGradients[0][i];
        return [outputGradients[0], Kept(dx), dA, dB, dBias];
    }

    private double[] Kept(double[] x) => Key.Drops ? DropoutReference.Mask(x, K, Key) : x;

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => 6.0 * T * R * (N + K);
    public double Bytes => (double)Type.Size() * T * (3 * N + 3 * K);
    public bool BenchOnly => T >= 2048;
}

internal static class LoraDeltaCases
{
    public static readonly IOpCase[] All =
    [
        new LoraDeltaCase(0, 8, 16, 4), new LoraDeltaCase(1, 48, 64, 8), new LoraDeltaCase(65, 33, 257, 3),
        new LoraDeltaCase(64, 80, 48, 16, BF16), new LoraDeltaCase(33, 20, 48, 4, Bias: true), new LoraDeltaCase(63, 65, 70, 8, Drop: 0.25f), new LoraDeltaCase(2048, 1536, 576, 16),
    ];
}
