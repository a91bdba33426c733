// The oracle of paged attention: pages are read back into rows, then attention by definition.
using FastTune.Kernels.Ops.Attention;

namespace FastTune.Kernels.Ops.PagedAttention;

public static class PagedAttentionReference
{
    /// <summary>Rows [length, kv heads x d] of a sequence, in double: cached ones from their pages, the last ones from the new rows.</summary>
    public static double[] Rows(double[] pages, double[] fresh, ReadOnlySpan<int> table, int length, int heads, int size)
    {
        var rows = new double[length * heads * size];
        int cached = length - fresh.Length / (heads * size);
        for (int token = 0; token < length; token++)
            for (int head = 0; head < heads; head++)
                for (int c = 0; c < size; c++)
                    rows[(token * heads + head) * size + c] = token >= cached
                        ? fresh[((token - cached) * heads + head) * size + c]
                        : pages[(((long)table[token / KeyValuePages.PageTokens] * heads + head) * KeyValuePages.PageTokens + token % KeyValuePages.PageTokens) * size + c];
        return rows;
    }

    /// <summary>O of one sequence's new tokens, [n, heads x d].</summary>
    public static double[] Attend(double[] q, double[] keys, double[] values, int length, in AttentionRule rule)
    {
        int size = rule.HeadSize, columns = rule.Heads * size, kvColumns = rule.KeyValueHeads * size, n = q.Length / columns;
        var o = new double[q.Length];
        var span = new AttentionSpan(n, length, causal: true, rule.Window);
        for (int token = 0; token < n; token++)
            for (int head = 0; head < rule.Heads; head++)
            {
                int at = token * columns + head * size, keysAt = head / (rule.Heads / rule.KeyValueHeads) * size;
                AttentionReference.Forward<double>(
                    q.AsSpan(at, size), keys.AsSpan(keysAt), values.AsSpan(keysAt), kvColumns, span.First(token), span.End(token),
                    rule.Scale, rule.Softcap, null, o.AsSpan(at, size));
            }
        return o;
    }
}
