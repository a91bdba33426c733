// Which keys a query sees: one contiguous range, for every kind of mask.
namespace FastTune.Kernels.Ops.Attention;

/// <summary>One sequence's mask. Query i sees keys [First(i), End(i)); both grow with i.</summary>
readonly struct AttentionSpan(int queries, int keys, bool causal, int window)
{
    public readonly int Queries = queries, Keys = keys;
    readonly int shift = keys - queries; // bottom-right: the last query sits at the last key
    readonly bool causal = causal;
    readonly int window = window;

    public int End(int query) => causal ? Math.Clamp(query + shift + 1, 0, Keys) : Keys;

    public int First(int query) =>
        window == 0 ? 0 : (int)Math.Clamp((long)query + shift - window + 1, 0, Keys);

    /// <summary>The first query that sees a key at or after <paramref name="key"/> end-wise: End(i) &gt; key.</summary>
    public int FirstQuery(int key) => causal ? Math.Clamp(key - shift, 0, Queries) : 0;

    /// <summary>Past the last query whose window still reaches a key before <paramref name="end"/>: First(i) &lt; end.</summary>
    public int EndQuery(int end) =>
        window == 0 ? Queries : (int)Math.Clamp((long)end - 1 - shift + window, 0, Queries);

    public static unsafe AttentionSpan Of(in AttentionArgs args, int sequence) => new(
        args.QueryStarts[sequence + 1] - args.QueryStarts[sequence],
        args.KeyStarts[sequence + 1] - args.KeyStarts[sequence], args.Causal, args.Window);
}
