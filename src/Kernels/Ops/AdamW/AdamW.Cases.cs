// The cases of adamw: counts over the vector and chunk edges, both storage types, first and late steps, a huge and a NaN gradient.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Memory;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.AdamW;

internal sealed record AdamWCase(int Count, DType Type, DType Moments, int Step = 1, double Scale = 1, CaseFill Fill = CaseFill.Normal, bool BenchOnly = false) : IOpCase
{
    private AdamWSettings Settings => new(1e-2, 0.9, 0.999, 1e-8, 0.1, Step);

    public string Name => $"adamw({Count},{Type},{Moments},step{Step},scale{Scale},{Fill})".ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("parameter", new Shape(Count), Type, InputKind.Constant),
        new("gradient", new Shape(Count), F32, InputKind.Constant, Fill, Fill == CaseFill.Huge ? 1e15 : 1),
        new("first", new Shape(Count), Moments, InputKind.Constant, Scale: 0.1),
        new("second", new Shape(Count), Moments, InputKind.Constant, CaseFill.Positive, 0.01),
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor[] state = [.. new[] { 0, 2, 3 }.Select(i => Copy(tape, inputs.Parameters[i]!))];
        using Tensor scale = tape.Device.From([(float)Scale], new Shape(1), Category.Workspace);
        AdamW.Update(tape.Device, state[0], inputs.Parameters[1]!.Value, state[1], state[2], Settings, Scale == 1 ? default : scale);
        return state;
    }

    public double[][] Forward(double[][] inputs)
    {
        double[] p = new double[Count], m = new double[Count], v = new double[Count];
        for (int i = 0; i < Count; i++)
            (p[i], m[i], v[i]) = AdamWReference.Step(inputs[0][i], Scale * inputs[1][i], inputs[2][i], inputs[3][i], Settings);
        return [p, m, v];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => [null, null, null, null];

    public double Tolerance => Type == F32 && Moments == F32 ? 2e-6 : 4e-3;
    public double Flops => 14.0 * Count;
    public double Bytes => (double)Count * (2 * Type.Size() + 4 + 4 * Moments.Size());

    private static Tensor Copy(Tape tape, Parameter source)
    {
        Tensor copy = tape.New(source.Shape, source.Value.Type);
        Accumulate.Accumulate.Copy(tape.Device, source.Value, copy);
        return copy;
    }
}

internal static class AdamWCases
{
    public static readonly IOpCase[] All =
    [
        new AdamWCase(0, F32, F32),
        new AdamWCase(1, F32, F32),
        new AdamWCase(15, F32, F32, Step: 3),
        new AdamWCase(33, F32, F32, Step: 1000, Scale: 0.25),
        new AdamWCase(16 * 1024, F32, F32),
        new AdamWCase(16 * 1024 + 17, F32, F32, Step: 2),
        new AdamWCase(257, BF16, F32, Step: 5),
        new AdamWCase(40_001, BF16, BF16, Step: 7, Scale: 0.5),
        new AdamWCase(64, F32, F32, Fill: CaseFill.Zero),
        new AdamWCase(64, F32, F32, Fill: CaseFill.Huge),
        new AdamWCase(64, F32, F32, Fill: CaseFill.OneNaN),
        new AdamWCase(8 << 20, F32, F32, Step: 10, Scale: 0.5, BenchOnly: true),
    ];
}
