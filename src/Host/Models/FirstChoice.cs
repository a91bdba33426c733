// The model's first choice among logits: greedy answers and the accuracy of evaluations.
namespace FastTune.Models;

public static class FirstChoice
{
    /// <summary>The place of the largest logit [V]; the lowest on ties.</summary>
    public static int Of(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return best;
    }
}
