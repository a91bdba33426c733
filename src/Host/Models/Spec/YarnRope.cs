// Rope scaling `yarn`: low frequencies interpolated, high ones kept, a linear ramp between (arXiv 2309.00071).
namespace FastTune.Models;

/// <param name="OriginalMaxPositions">Length before the extension.</param>
/// <param name="BetaFast">Rotations within that length above which a frequency is kept.</param>
/// <param name="BetaSlow">Rotations below which it is divided by the factor.</param>
/// <param name="AttentionFactor">Factor on cosine and sine; null: from the factor and the two mscales.</param>
/// <param name="Truncate">The ramp's bounds are rounded outwards to whole dimensions.</param>
public sealed record YarnRope(
    double Factor, int OriginalMaxPositions, double BetaFast = 32, double BetaSlow = 1, double? AttentionFactor = null,
    double? Mscale = null, double? MscaleAllDimensions = null, bool Truncate = true) : IRopeScaling
{
    public string Name => "yarn";

    public IReadOnlyDictionary<string, object>? ConfigKeys
    {
        get
        {
            var keys = new Dictionary<string, object>
            {
                ["factor"] = Factor,
                ["original_max_position_embeddings"] = OriginalMaxPositions,
                ["beta_fast"] = BetaFast,
                ["beta_slow"] = BetaSlow,
            };
            if (AttentionFactor is { } attention) keys["attention_factor"] = attention;
            if (Mscale is { } mscale) keys["mscale"] = mscale;
            if (MscaleAllDimensions is { } all) keys["mscale_all_dim"] = all;
            if (!Truncate) keys["truncate"] = false;
            return keys;
        }
    }

    public RopeFrequencies Frequencies(RopeSpec rope, int length)
    {
        var (low, high) = Range(rope);
        var inverse = new float[rope.RotaryDimensions / 2];
        for (int i = 0; i < inverse.Length; i++)
        {
            float power = rope.Power(rope.Theta, i);
            float ramp = Math.Clamp((i - (float)low) / (float)(high - low), 0f, 1f);
            float keep = 1 - ramp;
            inverse[i] = 1f / ((float)Factor * power) * (1 - keep) + 1f / power * keep;
        }
        return new(inverse, (float)(AttentionFactor ?? Default()));
    }

    private (double Low, double High) Range(RopeSpec rope)
    {
        double low = Dimension(rope, BetaFast), high = Dimension(rope, BetaSlow);
        if (Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, rope.RotaryDimensions - 1));
        return low == high ? (low, high + 0.001) : (low, high);
    }

    // The dimension whose frequency turns this many times within the original length.
    private double Dimension(RopeSpec rope, double rotations) =>
        rope.RotaryDimensions * Math.Log(OriginalMaxPositions / (rotations * 2 * Math.PI)) / (2 * Math.Log(rope.Theta));

    private double Default() => Mscale is > 0 && MscaleAllDimensions is > 0
        ? Scale(Mscale.Value) / Scale(MscaleAllDimensions.Value)
        : Scale(1);

    private double Scale(double mscale) => Factor <= 1 ? 1 : 0.1 * mscale * Math.Log(Factor) + 1;
}
