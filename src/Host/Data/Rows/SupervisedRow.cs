// Supervised fine-tuning rows: pairs of turns cut to the budget, joined, with labels on the answers.
namespace FastTune.Data;

/// <summary>Prompt and answer ids of one pair of turns, with the wish of the data about what is trained.</summary>
/// <param name="TrainPrompt">True or false where the message says so; null: as the recipe says.</param>
/// <param name="TrainAnswer">True or false where the message says so; null: as the recipe says.</param>
internal readonly record struct TurnPair(int[] Prompt, int[] Answer, bool? TrainPrompt = null, bool? TrainAnswer = null);

/// <summary>Builds supervised rows (golden/data/README.md, "Rows", sft).</summary>
/// <param name="Cutoff">Longest row in tokens.</param>
/// <param name="TrainOnPrompt">Prompt ids are labels too.</param>
/// <param name="MaskHistory">Only the last answer is trained, and the last pair has the first claim on the budget.</param>
/// <param name="FinalEos">The eos id that closes the whole row, for templates that end conversations and not answers; else null.</param>
internal sealed record SupervisedRow(int Cutoff, bool TrainOnPrompt, bool MaskHistory, int? FinalEos)
{
    private readonly record struct Kept(TurnPair Pair, int Source, int Target, bool Trained);

    /// <summary>Ids and labels of equal length; Cut tells whether tokens were lost.</summary>
    public (int[] Ids, int[] Labels, bool Cut) Build(IReadOnlyList<TurnPair> pairs)
    {
        var kept = Budget(pairs, out bool cut);
        int length = (FinalEos is null ? 0 : 1) + kept.Sum(part => part.Source + part.Target);
        var ids = new int[length];
        var labels = new int[length];
        int at = 0;
        for (int i = 0; i < kept.Count; i++)
        {
            var (pair, source, target, trained) = kept[i];
            pair.Prompt.AsSpan(0, source).CopyTo(ids.AsSpan(at));
            FillPrompt(pair, ids.AsSpan(at, source), labels.AsSpan(at, source), closesAnswer: i > 0 && kept[i - 1].Trained);
            at += source;
            pair.Answer.AsSpan(0, target).CopyTo(ids.AsSpan(at));
            if (trained) pair.Answer.AsSpan(0, target).CopyTo(labels.AsSpan(at));
            else labels.AsSpan(at, target).Fill(Sample.Ignored);
            at += target;
        }
        if (FinalEos is int eos)
        {
            ids[at] = eos;
            labels[at] = kept.Count == 0 || kept[^1].Trained ? eos : Sample.Ignored;
        }
        return (ids, labels, cut);
    }

    private List<Kept> Budget(IReadOnlyList<TurnPair> pairs, out bool cut)
    {
        var kept = new List<Kept>(pairs.Count);
        int used = FinalEos is null ? 0 : 1;
        cut = false;
        for (int i = 0; i < pairs.Count; i++)
        {
            if (used >= Cutoff)
            {
                cut = true;
                break;
            }
            var pair = pairs[MaskHistory ? pairs.Count - 1 - i : i];
            var (source, target) = Lengths.Infer(pair.Prompt.Length, pair.Answer.Length, Cutoff - used);
            cut |= source < pair.Prompt.Length || target < pair.Answer.Length;
            used += source + target;
            kept.Add(new Kept(pair, source, target, pair.TrainAnswer ?? (!MaskHistory || i == 0)));
        }
        if (MaskHistory) kept.Reverse();
        return kept;
    }

    private void FillPrompt(TurnPair pair, ReadOnlySpan<int> ids, Span<int> labels, bool closesAnswer)
    {
        if (pair.TrainPrompt ?? TrainOnPrompt)
        {
            ids.CopyTo(labels);
            return;
        }
        labels.Fill(Sample.Ignored);
        // Without an end token of its own, the previous answer learns to end here.
        if (FinalEos is int eos && closesAnswer && labels.Length > 0) labels[0] = eos;
    }
}
