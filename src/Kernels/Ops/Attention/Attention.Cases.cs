// The cases of attention: sequence starts, heads, KV heads, d, type, window, softcap; one token, empty sequences, odd head sizes.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.Attention;

internal sealed record AttentionCase(
    int[] Starts, int Heads, int KeyValueHeads, int HeadSize, DType Type = F32, bool Causal = true, int Window = 0, float Softcap = 0,
    int RowPitch = 0, bool BenchOnly = false) : IOpCase
{
    private int Tokens => Starts[^1];
    private int KeyColumns => KeyValueHeads * HeadSize;
    private double Scale => 1 / Math.Sqrt(HeadSize);

    public string Name => ($"attention({string.Join('-', Starts)},{Heads}/{KeyValueHeads},{HeadSize},{Type}{(Causal ? "" : ",full")}"
        + $",{Window},{Softcap},{RowPitch})").ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs =>
    [
        new("q", new Shape(Tokens, Heads * HeadSize), Type, RowPitch: RowPitch),
        new("k", new Shape(Tokens, KeyColumns), Type, RowPitch: RowPitch),
        new("v", new Shape(Tokens, KeyColumns), Type),
        new("starts", new Shape(Starts.Length), I32, InputKind.Constant, Values: [.. Starts.Select(start => (double)start)]),
    ];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        var starts = new SequenceStarts(inputs.Parameters[3]!.Value, inputs.Parameters[3]!.Value, (long)Pairs);
        var rule = new AttentionRule(Heads, KeyValueHeads, HeadSize, (float)Scale, Causal, Window, Softcap);
        return [Attention.Attend(tape, inputs.Tensors[0], inputs.Tensors[1], inputs.Tensors[2], starts, rule)];
    }

    public double[][] Forward(double[][] inputs)
    {
        var o = new double[Tokens * Heads * HeadSize];
        foreach (Query query in Queries())
            Attend(query, inputs, o.AsSpan(query.At, HeadSize));
        return [o];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients)
    {
        double[] dQ = new double[inputs[0].Length], dK = new double[inputs[1].Length], dV = new double[inputs[2].Length];
        var o = new double[HeadSize];
        foreach (Query query in Queries())
        {
            double lse = Attend(query, inputs, o);
            AttentionReference.Backward<double>(
                inputs[0].AsSpan(query.At, HeadSize), inputs[1].AsSpan(query.KeysAt), inputs[2].AsSpan(query.KeysAt), KeyColumns,
                query.First, query.End, Scale, Softcap, null, o, lse, outputGradients[0].AsSpan(query.At, HeadSize),
                dQ.AsSpan(query.At, HeadSize), dK.AsSpan(query.KeysAt), dV.AsSpan(query.KeysAt));
        }
        return [dQ, dK, dV, null];
    }

    private double Attend(in Query query, double[][] inputs, Span<double> o) => AttentionReference.Forward<double>(
        inputs[0].AsSpan(query.At, HeadSize), inputs[1].AsSpan(query.KeysAt), inputs[2].AsSpan(query.KeysAt), KeyColumns,
        query.First, query.End, Scale, Softcap, null, o);

    /// <summary>One head of one token: where its elements and its sequence's keys begin, and the keys that it sees.</summary>
    private readonly record struct Query(int At, int KeysAt, int First, int End);

    private IEnumerable<Query> Queries()
    {
        for (int sequence = 0; sequence + 1 < Starts.Length; sequence++)
        {
            int first = Starts[sequence], length = Starts[sequence + 1] - first;
            var span = new AttentionSpan(length, length, Causal, Window);
            for (int token = 0; token < length; token++)
                for (int head = 0; head < Heads; head++)
                    yield return new Query(
                        ((first + token) * Heads + head) * HeadSize,
                        first * KeyColumns + head / (Heads / KeyValueHeads) * HeadSize, span.First(token), span.End(token));
        }
    }

    private double Pairs => Starts.Zip(Starts.Skip(1), (start, end) => Math.Pow(end - start, 2) / (Causal ? 2 : 1)).Sum();

    /// <summary>kernels.md 1.1: sums over the keys in fp32; with bf16 inputs and outputs the last rounding decides.</summary>
    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => 14.0 * Pairs * Heads * HeadSize;
    public double Bytes => 6.0 * Tokens * (Heads + KeyValueHeads) * HeadSize * Type.Size();
}

internal static class AttentionCases
{
    public static readonly IOpCase[] All =
    [
        new AttentionCase([0, 0], 2, 1, 16),
        new AttentionCase([0, 1], 1, 1, 5),
        new AttentionCase([0, 1], 4, 1, 64, BF16),
        new AttentionCase([0, 33], 3, 1, 64),
        new AttentionCase([0, 65], 4, 1, 80),
        new AttentionCase([0, 7, 7, 40, 41], 3, 3, 5),
        new AttentionCase([0, 0, 63, 129], 6, 2, 64, BF16),
        new AttentionCase([0, 64, 130], 2, 2, 128, BF16),
        new AttentionCase([0, 100], 3, 1, 16, Window: 1),
        new AttentionCase([0, 31, 130], 4, 4, 40, Window: 17),
        new AttentionCase([0, 90], 4, 1, 80, BF16, Window: 33),
        new AttentionCase([0, 45, 70], 2, 1, 24, Causal: false),
        new AttentionCase([0, 50], 2, 2, 16, Softcap: 2),
        new AttentionCase([0, 37], 3, 1, 12, RowPitch: 41),
        new AttentionCase([0, 512, 1024, 1536, 2048], 9, 3, 64, BenchOnly: true),
        new AttentionCase([0, 2048], 9, 3, 64, BF16, BenchOnly: true),
    ];
}
