// Rope scaling `dynamic`: the base grows with the sequence once it exceeds the trained length (NTK-aware).
namespace FastTune.Models;

public sealed record DynamicRope(double Factor) : IRopeScaling
{
    public string Name => "dynamic";

    public bool DependsOnLength => true;

    public IReadOnlyDictionary<string, object>? ConfigKeys => new Dictionary<string, object> { ["factor"] = Factor };

    public RopeFrequencies Frequencies(RopeSpec rope, int length)
    {
        double positions = Math.Max(length, rope.MaxPositions);
        double exponent = rope.RotaryDimensions / (double)(rope.RotaryDimensions - 2);
        double theta = rope.Theta * Math.Pow(Factor * positions / rope.MaxPositions - (Factor - 1), exponent);
        return new(rope.Plain(theta), 1);
    }
}
