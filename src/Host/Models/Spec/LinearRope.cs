// Rope scaling `linear`: positions divided by the factor (position interpolation, arXiv 2306.15595).
namespace FastTune.Models;

public sealed record LinearRope(double Factor) : IRopeScaling
{
    public string Name => "linear";

    public IReadOnlyDictionary<string, object>? ConfigKeys => new Dictionary<string, object> { ["factor"] = Factor };

    public RopeFrequencies Frequencies(RopeSpec rope, int length)
    {
        var inverse = rope.Plain(rope.Theta);
        for (int i = 0; i < inverse.Length; i++) inverse[i] /= (float)Factor;
        return new(inverse, 1);
    }
}
