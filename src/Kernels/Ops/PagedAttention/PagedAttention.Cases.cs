// The cases of paged attention: tokens cached and new of each sequence, heads, d, type, window, softcap; pages out of order, prompts and single tokens.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;
using static FastTune.Kernels.Tensors.DType;

namespace FastTune.Kernels.Ops.PagedAttention;

internal sealed record PagedAttentionCase(
    (int Cached, int New)[] Sequences, int Heads, int KeyValueHeads, int HeadSize, DType Type = F32, int Window = 0, float Softcap = 0,
    bool BenchOnly = false) : IOpCase
{
    private AttentionRule Rule => new(Heads, KeyValueHeads, HeadSize, 1 / MathF.Sqrt(HeadSize), true, Window, Softcap);

    private int[] Starts => [0, .. Sequences.Select((_, i) => Sequences.Take(i + 1).Sum(one => one.New))];

    private int[] Lengths => [.. Sequences.Select(one => one.Cached + one.New)];

    private int Pages => Math.Max(Sequences.Sum(one => PagesOf(one.Cached + one.New)), 1);

    private int Widest => Math.Max(Lengths.Max(PagesOf), 1);

    private static int PagesOf(int tokens) => (tokens + KeyValuePages.PageTokens - 1) / KeyValuePages.PageTokens;

    /// <summary>Pages are dealt from the last to the first, sequence after sequence in turns: nothing lies in order.</summary>
    private int[] Table
    {
        get
        {
            var table = new int[Sequences.Length * Widest];
            int next = Pages;
            for (int page = 0; page < Widest; page++)
                for (int sequence = 0; sequence < Sequences.Length; sequence++)
                    if (page < PagesOf(Lengths[sequence])) table[sequence * Widest + page] = --next;
            return table;
        }
    }

    public string Name => ($"paged_attention({string.Join('-', Sequences.Select(one => $"{one.Cached}+{one.New}"))},{Heads}/{KeyValueHeads},"
        + $"{HeadSize},{Type},{Window},{Softcap})").ToLowerInvariant();

    public IReadOnlyList<CaseInput> Inputs
    {
        get
        {
            var pages = new Shape((long)Pages * KeyValueHeads * KeyValuePages.PageTokens, HeadSize);
            return
            [
                new("q", new Shape(Starts[^1], Heads * HeadSize), Type, InputKind.Constant),
                new("k", new Shape(Starts[^1], KeyValueHeads * HeadSize), Type, InputKind.Constant),
                new("v", new Shape(Starts[^1], KeyValueHeads * HeadSize), Type, InputKind.Constant),
                new("keys", pages, Type, InputKind.Constant),
                new("values", pages, Type, InputKind.Constant),
                Integers("starts", new Shape(Starts.Length), Starts),
                Integers("table", new Shape(Sequences.Length, Widest), Table),
                Integers("lengths", new Shape(Lengths.Length), Lengths),
            ];
        }
    }

    private static CaseInput Integers(string name, Shape shape, int[] values) =>
        new(name, shape, I32, InputKind.Constant, Values: [.. values.Select(value => (double)value)]);

    public IReadOnlyList<int> OverwrittenInputs => [3, 4];

    public Tensor[] Run(Tape tape, CaseArguments inputs)
    {
        Tensor Of(int index) => inputs.Parameters[index]!.Value;
        var map = new PageMap(Of(5), Of(6), Of(7), (long)Pairs);
        return [PagedAttention.Attend(tape, Of(0), Of(1), Of(2), new KeyValuePages(Of(3), Of(4)), map, Rule)];
    }

    public double[][] Forward(double[][] inputs)
    {
        var o = new List<double>();
        for (int i = 0; i < Sequences.Length; i++)
        {
            double[] Fresh(double[] rows, int columns) => rows[(Starts[i] * columns)..(Starts[i + 1] * columns)];
            int kv = KeyValueHeads * HeadSize;
            int[] table = Table[(i * Widest)..((i + 1) * Widest)];
            double[] keys = PagedAttentionReference.Rows(inputs[3], Fresh(inputs[1], kv), table, Lengths[i], KeyValueHeads, HeadSize);
            double[] values = PagedAttentionReference.Rows(inputs[4], Fresh(inputs[2], kv), table, Lengths[i], KeyValueHeads, HeadSize);
            o.AddRange(PagedAttentionReference.Attend(Fresh(inputs[0], Heads * HeadSize), keys, values, Lengths[i], Rule));
        }
        return [[.. o]];
    }

    public double[]?[] Backward(double[][] inputs, double[][] outputGradients) => new double[]?[8];

    private double Pairs => Sequences.Sum(one => (double)one.New * (one.Cached + one.New));

    public double Tolerance => Type == F32 ? 1e-5 : 4e-3;
    public double Flops => 4 * Pairs * Heads * HeadSize;
    public double Bytes => 2.0 * Lengths.Sum() * KeyValueHeads * HeadSize * Type.Size();
}

internal static class PagedAttentionCases
{
    public static readonly IOpCase[] All =
    [
        new PagedAttentionCase([(0, 0)], 2, 1, 16),
        new PagedAttentionCase([(0, 1)], 1, 1, 5),
        new PagedAttentionCase([(31, 1)], 3, 1, 64),
        new PagedAttentionCase([(32, 1)], 9, 3, 64, BF16),
        new PagedAttentionCase([(700, 1)], 4, 4, 80),
        new PagedAttentionCase([(1000, 3), (0, 5), (5, 0), (63, 1)], 8, 2, 40),
        new PagedAttentionCase([(300, 1), (299, 1)], 8, 1, 128, BF16),
        new PagedAttentionCase([(0, 65)], 4, 2, 64),
        new PagedAttentionCase([(100, 40), (7, 1)], 6, 2, 33, BF16),
        new PagedAttentionCase([(600, 2)], 2, 1, 16, Window: 100),
        new PagedAttentionCase([(90, 20)], 2, 2, 24, Window: 17),
        new PagedAttentionCase([(257, 1)], 2, 1, 256, Softcap: 3),
        new PagedAttentionCase([(4095, 1)], 9, 3, 64, BenchOnly: true),
        new PagedAttentionCase([(4095, 1)], 14, 2, 64, BF16, BenchOnly: true),
    ];
}
