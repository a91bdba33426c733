// How much of a prompt and of its answer is kept when both do not fit.
namespace FastTune.Data;

internal static class Lengths
{
    /// <summary>Kept lengths of a prompt and an answer within <paramref name="cutoff"/> tokens. A part shorter than half the budget is
    /// kept whole; else both shrink in proportion. Doubles, in this order of operations, because the reference rounds so.</summary>
    /// <returns>Prompt and answer lengths; their sum is at most the cutoff.</returns>
    public static (int Source, int Target) Infer(int source, int target, int cutoff)
    {
        int most;
        if (2L * target < cutoff) most = cutoff;
        else if (2L * source < cutoff) most = cutoff - source;
        else most = (int)(cutoff * ((double)target / ((long)source + target)));
        int keptTarget = Math.Min(most, target);
        return (Math.Min(Math.Max(cutoff - keptTarget, 0), source), keptTarget);
    }
}
