// The oracle: attention of one (head, query) by definition, forward and backward, in float or double.
using System.Numerics;

namespace FastTune.Kernels.Ops.Attention;

/// <summary>One query against the keys that it sees; rows are <c>pitch</c> elements apart (kernels.md 4.6).</summary>
public static class AttentionReference
{
    /// <summary>s_j = scale q.k_j, capped. The score before the mask.</summary>
    public static T Score<T>(ReadOnlySpan<T> q, ReadOnlySpan<T> key, T scale, T softcap) where T : IFloatingPointIeee754<T>
    {
        T dot = T.Zero;
        for (int c = 0; c < q.Length; c++) dot += q[c] * key[c];
        T score = scale * dot;
        return softcap == T.Zero ? score : softcap * T.Tanh(score / softcap);
    }

    /// <summary>Writes o = sum_j p_j v_j and returns lse; keys [first, end) are seen. A sink of null adds nothing to the denominator.</summary>
    public static T Forward<T>(
        ReadOnlySpan<T> q, ReadOnlySpan<T> keys, ReadOnlySpan<T> values, int pitch, int first, int end,
        T scale, T softcap, T? sink, Span<T> o) where T : struct, IFloatingPointIeee754<T>
    {
        int dim = q.Length;
        o.Clear();
        if (end <= first) return T.NegativeInfinity;
        T largest = sink ?? T.NegativeInfinity;
        for (int j = first; j < end; j++) largest = T.Max(largest, Score(q, keys.Slice(j * pitch, dim), scale, softcap));
        T sum = sink is { } logit ? T.Exp(logit - largest) : T.Zero;
        for (int j = first; j < end; j++)
        {
            T weight = T.Exp(Score(q, keys.Slice(j * pitch, dim), scale, softcap) - largest);
            sum += weight;
            for (int c = 0; c < dim; c++) o[c] += weight * values[j * pitch + c];
        }
        for (int c = 0; c < dim; c++) o[c] /= sum;
        return largest + T.Log(sum);
    }

    /// <summary>Writes dq, adds to dKeys and dValues, and returns the sink's gradient.</summary>
    public static T Backward<T>(
        ReadOnlySpan<T> q, ReadOnlySpan<T> keys, ReadOnlySpan<T> values, int pitch, int first, int end, T scale, T softcap, T? sink,
        ReadOnlySpan<T> o, T lse, ReadOnlySpan<T> dO, Span<T> dq, Span<T> dKeys, Span<T> dValues) where T : struct, IFloatingPointIeee754<T>
    {
        int dim = q.Length;
        dq.Clear();
        if (end <= first) return T.Zero;
        T delta = T.Zero;
        for (int c = 0; c < dim; c++) delta += dO[c] * o[c];
        for (int j = first; j < end; j++)
        {
            T score = Score(q, keys.Slice(j * pitch, dim), scale, softcap);
            T p = T.Exp(score - lse), dp = T.Zero;
            for (int c = 0; c < dim; c++) dp += dO[c] * values[j * pitch + c];
            T ratio = softcap == T.Zero ? T.Zero : score / softcap;
            T ds = p * (dp - delta) * scale * (T.One - ratio * ratio);
            for (int c = 0; c < dim; c++)
            {
                dq[c] += ds * keys[j * pitch + c];
                dKeys[j * pitch + c] += ds * q[c];
                dValues[j * pitch + c] += p * dO[c];
            }
        }
        return sink is { } logit ? -T.Exp(logit - lse) * delta : T.Zero;
    }
}
