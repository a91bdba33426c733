// A case's inputs, the oracle's answer in double, and one run of the CPU's kernel between canaries.
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;

namespace FastTune.Tests.Kernels.Attention;

/// <summary>Everything that forward and backward write, widened, unpadded.</summary>
public sealed record AttentionResult(double[] O, double[] Lse, double[] DQ, double[] DK, double[] DV, double[] DSinks);

sealed unsafe class RawAttentionData
{
    readonly RawAttentionCase shape;
    public readonly float[] Q, K, V, DO;
    readonly float[] sinks;
    readonly int[] queryStarts, keyStarts;
    readonly float scale;
    readonly int queries, keys;

    public RawAttentionData(RawAttentionCase shape)
    {
        this.shape = shape;
        queryStarts = Starts(shape.Queries);
        keyStarts = Starts(shape.Keys);
        (queries, keys) = (queryStarts[^1], keyStarts[^1]);
        scale = 1 / MathF.Sqrt(shape.Dim);
        var random = new Random(queries * 7 + shape.Dim);
        Q = Fill(random, queries * shape.Heads * shape.Dim, 2);
        K = Fill(random, keys * shape.KvHeads * shape.Dim, 2);
        V = Fill(random, keys * shape.KvHeads * shape.Dim, 1);
        DO = Fill(random, queries * shape.Heads * shape.Dim, 1);
        sinks = Fill(random, shape.Heads, 1);
    }

    public AttentionResult Expected()
    {
        int dim = shape.Dim, group = shape.Heads / shape.KvHeads, pitch = shape.KvHeads * dim;
        double[] q = [.. Q], k = [.. K], v = [.. V], grad = [.. DO], o = new double[Q.Length], lse = new double[shape.Heads * queries];
        double[] dq = new double[Q.Length], dk = new double[K.Length], dv = new double[V.Length], dSinks = new double[shape.Heads];
        for (int s = 0; s < shape.Queries.Length; s++)
            for (int head = 0; head < shape.Heads; head++)
                for (int i = 0; i < shape.Queries[s]; i++)
                {
                    int shift = shape.Keys[s] - shape.Queries[s];
                    int end = shape.Causal ? Math.Clamp(i + shift + 1, 0, shape.Keys[s]) : shape.Keys[s];
                    int first = shape.Window == 0 ? 0 : Math.Max(i + shift - shape.Window + 1, 0);
                    int at = ((queryStarts[s] + i) * shape.Heads + head) * dim, from = (keyStarts[s] * shape.KvHeads + head / group) * dim;
                    if (end <= first) from = 0;
                    int row = head * queries + queryStarts[s] + i;
                    double? sink = shape.Sinks ? sinks[head] : null;
                    lse[row] = AttentionReference.Forward<double>(
                        q.AsSpan(at, dim), k.AsSpan(from), v.AsSpan(from), pitch, first, end, scale, shape.Softcap, sink, o.AsSpan(at, dim));
                    dSinks[head] += AttentionReference.Backward<double>(
                        q.AsSpan(at, dim), k.AsSpan(from), v.AsSpan(from), pitch, first, end, scale, shape.Softcap, sink,
                        o.AsSpan(at, dim), lse[row], grad.AsSpan(at, dim), dq.AsSpan(at, dim), dk.AsSpan(from), dv.AsSpan(from));
                }
        return new(o, lse, dq, dk, dv, dSinks);
    }

    public AttentionResult Run(IsaLevel level, int threads)
    {
        using var q = Store(Q, shape.Heads);
        using var k = Store(K, shape.KvHeads);
        using var v = Store(V, shape.KvHeads);
        using var dO = Store(DO, shape.Heads);
        using var o = Empty(queries, shape.Heads);
        using var dq = Empty(queries, shape.Heads);
        using var dk = Empty(keys, shape.KvHeads);
        using var dv = Empty(keys, shape.KvHeads);
        using var lse = new GuardedBuffer(4L * shape.Heads * queries);
        using var dSinks = new GuardedBuffer(4L * shape.Heads);
        using var pool = new CpuPool(threads);
        new Span<float>(dSinks.Data, shape.Heads).Clear();
        fixed (int* starts = queryStarts, ends = keyStarts)
        fixed (float* logits = sinks)
        {
            long wide = shape.Heads * shape.Dim + shape.Pad, narrow = shape.KvHeads * shape.Dim + shape.Pad;
            var args = new AttentionArgs
            {
                Q = q.Data,
                K = k.Data,
                V = v.Data,
                O = o.Data,
                Type = shape.Type,
                QPitch = wide,
                OPitch = wide,
                KPitch = narrow,
                VPitch = narrow,
                Lse = lse.Floats,
                Heads = shape.Heads,
                KvHeads = shape.KvHeads,
                HeadDim = shape.Dim,
                QueryStarts = starts,
                KeyStarts = ends,
                Sequences = shape.Queries.Length,
                Scale = scale,
                Causal = shape.Causal,
                Window = shape.Window,
                Softcap = shape.Softcap,
                Sinks = shape.Sinks ? logits : null,
            };
            CpuAttention.Forward(pool, args, level);
            CpuAttention.Backward(pool, new()
            {
                Forward = args,
                DO = dO.Data,
                DQ = dq.Data,
                DK = dk.Data,
                DV = dv.Data,
                DOPitch = wide,
                DQPitch = wide,
                DKPitch = narrow,
                DVPitch = narrow,
                DSinks = dSinks.Floats,
            }, level);
        }
        foreach (var buffer in new[] { o, dq, dk, dv, lse, dSinks }) buffer.Check();
        return new(
            Read(o, queries, shape.Heads), [.. new Span<float>(lse.Data, shape.Heads * queries).ToArray().Select(x => (double)x)],
            Read(dq, queries, shape.Heads), Read(dk, keys, shape.KvHeads), Read(dv, keys, shape.KvHeads),
            [.. new Span<float>(dSinks.Data, shape.Heads).ToArray().Select(x => (double)x)]);
    }

    GuardedPages Store(float[] values, int heads)
    {
        int row = heads * shape.Dim, tokens = values.Length / row, pitch = row + shape.Pad;
        var pages = new GuardedPages((long)Math.Max(tokens * pitch - shape.Pad, 0) * shape.Type.Size());
        for (int t = 0; t < tokens; t++)
            for (int c = 0; c < row; c++)
            {
                if (shape.Type == DType.F32) ((float*)pages.Data)[t * pitch + c] = values[t * row + c];
                else ((ushort*)pages.Data)[t * pitch + c] = (ushort)(BitConverter.SingleToUInt32Bits(values[t * row + c]) >> 16);
            }
        return pages;
    }

    GuardedBuffer Empty(int tokens, int heads) =>
        new((long)Math.Max(tokens * (heads * shape.Dim + shape.Pad) - shape.Pad, 0) * shape.Type.Size());

    double[] Read(GuardedBuffer buffer, int tokens, int heads)
    {
        int row = heads * shape.Dim, pitch = row + shape.Pad;
        double[] values = new double[tokens * row];
        for (int t = 0; t < tokens; t++)
            for (int c = 0; c < row; c++)
                values[t * row + c] = shape.Type == DType.F32
                    ? buffer.Floats[t * pitch + c]
                    : BitConverter.UInt32BitsToSingle((uint)buffer.Shorts[t * pitch + c] << 16);
        return values;
    }

    static int[] Starts(int[] lengths)
    {
        int[] starts = new int[lengths.Length + 1];
        for (int s = 0; s < lengths.Length; s++) starts[s + 1] = starts[s] + lengths[s];
        return starts;
    }

    // Truncated to bf16, so that both types hold the same numbers.
    static float[] Fill(Random random, int count, float size)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((random.NextSingle() * 2 - 1) * size) & 0xFFFF0000);
        return values;
    }
}
