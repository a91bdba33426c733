// Rows with one prompt and two answers (rm, dpo), one answer (kto), or the answer apart (ppo, predict).
namespace FastTune.Data;

/// <summary>Builds rows from a prompt and answers (golden/data/README.md, "Rows", rm/dpo, kto, ppo/predict).</summary>
/// <param name="Cutoff">Longest row in tokens.</param>
/// <param name="FinalEos">The eos id that closes each answer, for templates that end conversations and not answers; else null.</param>
internal sealed record PreferenceRow(int Cutoff, int? FinalEos)
{
    /// <summary>Chosen and rejected answers behind one prompt, cut by the longer of the two.</summary>
    public (int[] Ids, int[] Labels, int[] OtherIds, int[] OtherLabels, bool Cut) Pair(int[] prompt, int[] chosen, int[] rejected)
    {
        chosen = Closed(chosen);
        rejected = Closed(rejected);
        int longer = Math.Max(chosen.Length, rejected.Length);
        var (source, target) = Lengths.Infer(prompt.Length, longer, Cutoff);
        var (ids, labels) = Join(prompt, source, chosen, target);
        var (otherIds, otherLabels) = Join(prompt, source, rejected, target);
        return (ids, labels, otherIds, otherLabels, source < prompt.Length || target < longer);
    }

    /// <summary>One answer behind its prompt, cut by its own length (kto, its KL row included).</summary>
    public (int[] Ids, int[] Labels, bool Cut) Single(int[] prompt, int[] answer)
    {
        answer = Closed(answer);
        var (source, target) = Lengths.Infer(prompt.Length, answer.Length, Cutoff);
        var (ids, labels) = Join(prompt, source, answer, target);
        return (ids, labels, source < prompt.Length || target < answer.Length);
    }

    /// <summary>The prompt as ids and the answer as labels (ppo, predict).</summary>
    public (int[] Ids, int[] Labels, bool Cut) Prompt(int[] prompt, int[] answer)
    {
        answer = Closed(answer);
        var (source, target) = Lengths.Infer(prompt.Length, answer.Length, Cutoff);
        return (prompt[..source], answer[..target], source < prompt.Length || target < answer.Length);
    }

    private int[] Closed(int[] answer) => FinalEos is int eos ? [.. answer, eos] : answer;

    private static (int[] Ids, int[] Labels) Join(int[] prompt, int source, int[] answer, int target)
    {
        target = Math.Min(target, answer.Length);
        var ids = new int[source + target];
        var labels = new int[source + target];
        prompt.AsSpan(0, source).CopyTo(ids);
        answer.AsSpan(0, target).CopyTo(ids.AsSpan(source));
        labels.AsSpan(0, source).Fill(Sample.Ignored);
        answer.AsSpan(0, target).CopyTo(labels.AsSpan(source));
        return (ids, labels);
    }
}
