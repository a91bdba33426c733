// Attention · O = softmax(mask(cap(scale Q K^T))) V over packed sequences (arXiv 2205.14135; kernels.md 4.6).
//   visible(i, j): j <= i + Tk - Tq (causal) and j > i + Tk - Tq - window; softcap before the mask; a sink joins the denominator only
//   backward: D = rowsum(dO O)   P = exp(S - lse)   dV = P^T dO   dS = P (dO V^T - D)   dQ = scale dS K   dK = scale dS^T Q
// Q, O [Tq, heads x d], K, V [Tk, kv heads x d]; F32 or BF16; any row pitch. fp32 inside. Memory O(T).
// Saves Q, K, V (after rope), O and lse [heads, Tq]. Backward writes dQ over Q, dK over K, dV over V where nobody else holds them.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.Attention;

/// <summary>How a layer attends.</summary>
/// <param name="Window">Keys a query sees at most, itself included; 0: all.</param>
/// <param name="Softcap">c of c tanh(s / c); 0: none.</param>
public readonly record struct AttentionRule(
    int Heads, int KeyValueHeads, int HeadSize, float Scale, bool Causal = true, int Window = 0, float Softcap = 0);

/// <summary>Where each sequence of a batch begins and ends: token offsets, I32 [sequences + 1], made once a batch.</summary>
public sealed class SequenceStarts(Tensor queries, Tensor keys, long pairs) : IDisposable
{
    private Tensor _queries = queries, _keys = keys;

    /// <summary>Starts of a batch in which queries and keys are the same tokens.</summary>
    public static SequenceStarts Of(IDevice device, ReadOnlySpan<int> starts)
    {
        double pairs = 0;
        for (int i = 1; i < starts.Length; i++) pairs += Math.Pow(starts[i] - starts[i - 1], 2) / 2;
        Tensor tensor = device.From(starts, Memory.Category.Activations);
        return new SequenceStarts(tensor, tensor.Share(), (long)pairs);
    }

    public ref readonly Tensor Queries => ref _queries;
    public ref readonly Tensor Keys => ref _keys;

    /// <summary>Query-key pairs that a causal mask leaves, for counting work.</summary>
    public long Pairs { get; } = pairs;

    public void Dispose()
    {
        _queries.Dispose();
        _keys.Dispose();
    }
}

internal readonly record struct AttentionWork(Tensor Q, Tensor K, Tensor V, Tensor O, Tensor Lse, SequenceStarts Starts, AttentionRule Rule);

internal interface IAttentionKernel
{
    void Forward(IDevice device, in AttentionWork work);

    /// <summary>dQ may be Q, dK may be K, dV may be V.</summary>
    void Backward(IDevice device, in AttentionWork work, in Tensor dO, in Tensor dQ, in Tensor dK, in Tensor dV);
}

public static class Attention
{
    internal static readonly KernelSet<IAttentionKernel> Kernels = new("attention", new AttentionCpu());

    /// <summary>O [Tq, heads x d].</summary>
    public static Tensor Attend(Tape tape, in Tensor q, in Tensor k, in Tensor v, SequenceStarts starts, in AttentionRule rule)
    {
        Check(q, k, v, rule);
        bool record = tape.Needs(q) || tape.Needs(k) || tape.Needs(v);
        Tensor o = tape.New(q.Shape, q.Type);
        Tensor lse = tape.New(new Shape(rule.Heads, q.Rows), DType.F32);
        var work = new AttentionWork(q, k, v, o, lse, starts, rule);
        if (tape.Device.Launch("attention", Flops(work, 4), Bytes(work))) Kernels.For(tape.Device).Forward(tape.Device, work);
        if (!record)
        {
            lse.Dispose();
            return o;
        }
        o = tape.Track(o);
        tape.Record(new Node(new AttentionWork(q.Share(), k.Share(), v.Share(), o.Share(), lse, starts, rule)));
        return o;
    }

    private static double Flops(in AttentionWork work, int factor) =>
        (double)factor * work.Starts.Pairs * work.Rule.Heads * work.Rule.HeadSize;

    private static double Bytes(in AttentionWork work) => 2.0 * (work.Q.Count + work.K.Count) * work.Q.Type.Size();

    private static void Check(in Tensor q, in Tensor k, in Tensor v, in AttentionRule rule)
    {
        if (q.Columns != (long)rule.Heads * rule.HeadSize || k.Columns != (long)rule.KeyValueHeads * rule.HeadSize
            || v.Columns != k.Columns || k.Rows != v.Rows || rule.Heads % rule.KeyValueHeads != 0)
            throw new ArgumentException(
                $"[attention] q {q.Shape}, k {k.Shape}, v {v.Shape} for {rule.Heads}/{rule.KeyValueHeads} heads of {rule.HeadSize}");
    }

    private struct Node(AttentionWork work) : INode
    {
        private Tensor _q = work.Q, _k = work.K, _v = work.V, _o = work.O, _lse = work.Lse;

        public void Backward(Tape tape)
        {
            using Tensor dO = tape.TakeGradient(_o.Value);
            if (!dO.Exists) return;
            Tensor dQ = Place(tape, _q), dK = Place(tape, _k), dV = Place(tape, _v);
            if (tape.Device.Launch("attention", Flops(work, 10), 2 * Bytes(work)))
                Kernels.For(tape.Device).Backward(tape.Device, work, dO, dQ, dK, dV);
            Add(tape, _q, dQ);
            Add(tape, _k, dK);
            Add(tape, _v, dV);
        }

        /// <summary>The input's own memory if this op is the last to hold it: kernels read a query head and a tile of keys before they
        /// write its gradient, and nothing else of the call reads it.</summary>
        private static Tensor Place(Tape tape, in Tensor input) =>
            input.IsExclusive && input.IsContiguous ? input.Share() : tape.New(input.Shape, input.Type);

        private static void Add(Tape tape, in Tensor input, Tensor gradient)
        {
            if (input.Value != 0) tape.AddGradient(input.Value, gradient);
            else gradient.Dispose();
        }

        public void Free()
        {
            _q.Dispose();
            _k.Dispose();
            _v.Dispose();
            _o.Dispose();
            _lse.Dispose();
        }
    }
}
