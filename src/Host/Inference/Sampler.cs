// Picks the next token from logits: penalties, temperature, top-k, top-p, in the order of Hugging Face's generate.
using FastTune.Config;
using FastTune.Models;
using FastTune.Rng;

namespace FastTune.Inference;

/// <summary>One request's sampler; the same seed gives the same answers.</summary>
public sealed class Sampler(GenerationOptions options)
{
    private readonly TorchGenerator _random = new(options.Seed);
    private readonly bool _greedy = !options.DoSample || options.Temperature == 0;

    /// <summary>The next id. <paramref name="logits"/> [V] are overwritten; ties go to the lowest id.</summary>
    /// <param name="seen">Ids so far, for the repetition penalty.</param>
    public int Next(Span<float> logits, IReadOnlyList<int> seen)
    {
        Penalise(logits, seen);
        if (_greedy) return FirstChoice.Of(logits);
        int[] order = Candidates(logits);
        double[] weights = Weights(logits, order);
        int kept = Nucleus(weights);
        double total = 0;
        for (int i = 0; i < kept; i++) total += weights[i];
        double left = _random.Uniform() * total;
        for (int i = 0; i < kept; i++)
            if ((left -= weights[i]) < 0) return order[i];
        return order[kept - 1];
    }

    private void Penalise(Span<float> logits, IReadOnlyList<int> seen)
    {
        float penalty = (float)options.RepetitionPenalty;
        if (penalty == 1) return;
        foreach (int id in seen.Distinct()) logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
    }

    /// <summary>The k most likely ids (all for k = 0), best first.</summary>
    private int[] Candidates(ReadOnlySpan<float> logits)
    {
        float[] values = logits.ToArray();
        int count = options.TopK > 0 ? Math.Min(options.TopK, values.Length) : values.Length;
        return [.. Enumerable.Range(0, values.Length).OrderByDescending(id => values[id]).ThenBy(id => id).Take(count)];
    }

    private double[] Weights(ReadOnlySpan<float> logits, int[] order)
    {
        var weights = new double[order.Length];
        double largest = logits[order[0]];
        for (int i = 0; i < order.Length; i++) weights[i] = Math.Exp((logits[order[i]] - largest) / options.Temperature);
        return weights;
    }

    /// <summary>How many of the best make up a share of top_p; at least one.</summary>
    private int Nucleus(double[] weights)
    {
        double limit = options.TopP * weights.Sum(), sum = 0;
        if (options.TopP >= 1) return weights.Length;
        for (int i = 0; i < weights.Length; i++)
            if ((sum += weights[i]) >= limit) return i + 1;
        return weights.Length;
    }
}
