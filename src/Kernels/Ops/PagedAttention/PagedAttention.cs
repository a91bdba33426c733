// PagedAttention · O = softmax(mask(cap(scale Q K^T))) V, keys and values in pages; no gradient: generation (kernels.md 4.17, arXiv 2309.06180).
//   The n new tokens of a sequence with L tokens in all are its last ones: query i sees keys j <= i + L - n (and j > i + L - n - window).
// Q, O [Tq, heads x d]; new K, V [Tq, kv heads x d]; pages [pages x kv heads x page tokens, d], token t of a sequence being row t % page
// tokens of page table[t / page tokens]. F32 or BF16, all alike; fp32 inside.
using FastTune.Kernels.Autograd;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Ops.Attention;
using FastTune.Kernels.Tensors;

namespace FastTune.Kernels.Ops.PagedAttention;

/// <summary>One layer's cache.</summary>
/// <param name="Keys">[pages x kv heads x <see cref="PageTokens"/>, d].</param>
/// <param name="Values">As the keys.</param>
public readonly record struct KeyValuePages(Tensor Keys, Tensor Values)
{
    /// <summary>Tokens of a page.</summary>
    public const int PageTokens = 32;
}

/// <summary>Which pages hold which sequence: made once a pass, the same for every layer.</summary>
/// <param name="starts">I32 [sequences + 1]: offsets of the new tokens.</param>
/// <param name="table">I32 [sequences, most pages of one]: page numbers in order.</param>
/// <param name="lengths">I32 [sequences]: tokens in all, the new ones included.</param>
/// <param name="pairs">Query-key pairs, for counting work.</param>
public sealed class PageMap(Tensor starts, Tensor table, Tensor lengths, long pairs) : IDisposable
{
    private Tensor _starts = starts, _table = table, _lengths = lengths;

    public ref readonly Tensor Starts => ref _starts;
    public ref readonly Tensor Table => ref _table;
    public ref readonly Tensor Lengths => ref _lengths;
    public long Pairs { get; } = pairs;

    public void Dispose()
    {
        _starts.Dispose();
        _table.Dispose();
        _lengths.Dispose();
    }
}

internal readonly record struct PagedWork(Tensor Q, Tensor O, KeyValuePages Pages, PageMap Map, AttentionRule Rule);

internal interface IPagedAttentionKernel
{
    void Write(IDevice device, in Tensor k, in Tensor v, in PagedWork work);
    void Attend(IDevice device, in PagedWork work);
}

public static class PagedAttention
{
    internal static readonly KernelSet<IPagedAttentionKernel> Kernels = new("paged_attention", new PagedAttentionCpu());

    /// <summary>Puts the new tokens' keys and values into their pages, then attends; O [Tq, heads x d].</summary>
    public static Tensor Attend(Tape tape, in Tensor q, in Tensor k, in Tensor v, in KeyValuePages pages, PageMap map, in AttentionRule rule)
    {
        Check(q, k, v, pages, rule);
        Check(map);
        Tensor o = tape.New(q.Shape, q.Type);
        var work = new PagedWork(q, o, pages, map, rule);
        double bytes = 2.0 * (q.Count + k.Count) * q.Type.Size();
        if (!tape.Device.Launch("paged_attention", 4.0 * map.Pairs * rule.Heads * rule.HeadSize, bytes)) return o;
        Kernels.For(tape.Device).Write(tape.Device, k, v, work);
        Kernels.For(tape.Device).Attend(tape.Device, work);
        return o;
    }

    private static void Check(PageMap map)
    {
        if (map.Starts.Type != DType.I32 || map.Table.Type != DType.I32 || map.Lengths.Type != DType.I32)
            throw new ArgumentException($"[paged_attention] starts {map.Starts.Type}, table {map.Table.Type}, lengths {map.Lengths.Type}: I32 is wanted");
        if (map.Starts.Count != map.Lengths.Count + 1 || map.Table.Rows != map.Lengths.Count)
            throw new ArgumentException($"[paged_attention] {map.Lengths.Count} lengths with {map.Starts.Count} starts and {map.Table.Rows} rows of pages");
    }

    private static void Check(in Tensor q, in Tensor k, in Tensor v, in KeyValuePages pages, in AttentionRule rule)
    {
        if (q.Columns != (long)rule.Heads * rule.HeadSize || k.Columns != (long)rule.KeyValueHeads * rule.HeadSize
            || v.Columns != k.Columns || k.Rows != v.Rows || k.Rows != q.Rows || rule.Heads % rule.KeyValueHeads != 0)
            throw new ArgumentException(
                $"[paged_attention] q {q.Shape}, k {k.Shape}, v {v.Shape} for {rule.Heads}/{rule.KeyValueHeads} heads of {rule.HeadSize}");
        if (pages.Keys.Columns != rule.HeadSize || pages.Keys.Shape != pages.Values.Shape || !pages.Keys.IsContiguous || !pages.Values.IsContiguous)
            throw new ArgumentException($"[paged_attention] pages {pages.Keys.Shape} and {pages.Values.Shape}: rows of {rule.HeadSize}, contiguous, are wanted");
        if (q.Type != k.Type || q.Type != v.Type || q.Type != pages.Keys.Type || q.Type != pages.Values.Type)
            throw new ArgumentException($"[paged_attention] q {q.Type}, k {k.Type}, v {v.Type}, pages {pages.Keys.Type}: one type is wanted");
        if (!rule.Causal) throw new ArgumentException("[paged_attention] the rule is not causal: a cache holds what came before");
    }
}
