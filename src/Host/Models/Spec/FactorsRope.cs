// Rope scaling given as one divisor a frequency: the `rope_freqs.weight` tensor of GGUF files.
namespace FastTune.Models;

/// <param name="Factors">Divisors, one for each rotated pair.</param>
public sealed record FactorsRope(IReadOnlyList<float> Factors) : IRopeScaling
{
    public string Name => "factors";

    public IReadOnlyDictionary<string, object>? ConfigKeys => null;

    public RopeFrequencies Frequencies(RopeSpec rope, int length)
    {
        var inverse = rope.Plain(rope.Theta);
        for (int i = 0; i < inverse.Length; i++) inverse[i] /= Factors[i];
        return new(inverse, 1);
    }
}
