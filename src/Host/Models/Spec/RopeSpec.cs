// Rotary position embedding: base frequencies, and the scaling that stretches them to longer contexts.
namespace FastTune.Models;

/// <summary>Frequencies for one length.</summary>
/// <param name="Inverse">Radians a position, one for each rotated pair: [RotaryDimensions / 2].</param>
/// <param name="AttentionFactor">Factor on both cosine and sine.</param>
public sealed record RopeFrequencies(float[] Inverse, float AttentionFactor);

/// <summary>How frequencies are stretched. Each kind is a file of its own, listed in <see cref="RopeScalings"/>.</summary>
public interface IRopeScaling
{
    /// <summary>The kind's name in config.json (`rope_type`).</summary>
    string Name { get; }

    /// <summary>True when the frequencies change with the length, so that they must be asked for again as sequences grow.</summary>
    bool DependsOnLength => false;

    /// <summary>The keys that say it in config.json beside `rope_type`, with numbers or booleans; null: it cannot be said there.</summary>
    IReadOnlyDictionary<string, object>? ConfigKeys { get; }

    /// <summary>Frequencies for sequences of <paramref name="length"/> positions (the largest position + 1).</summary>
    RopeFrequencies Frequencies(RopeSpec rope, int length);
}

/// <param name="Theta">Base of the frequencies.</param>
/// <param name="RotaryDimensions">Values of a head that are rotated, from its start.</param>
/// <param name="MaxPositions">The model's `max_position_embeddings`, which some kinds refer to.</param>
/// <param name="Scaling">Null: the plain frequencies.</param>
/// <param name="Interleaved">Pairs are (2i, 2i+1) and not (i, i + half).</param>
public sealed record RopeSpec(double Theta, int RotaryDimensions, int MaxPositions, IRopeScaling? Scaling = null, bool Interleaved = false)
{
    /// <summary>True when the frequencies change with the length.</summary>
    public bool DependsOnLength => Scaling?.DependsOnLength ?? false;

    /// <summary>Frequencies for sequences of <paramref name="length"/> positions, as transformers 5.23 computes them (fp32).</summary>
    public RopeFrequencies Frequencies(int length) => Scaling?.Frequencies(this, length) ?? new(Plain(Theta), 1);

    /// <summary>Unscaled frequencies of another base: 1 / theta^(2i / dimensions), in fp32 as the reference.</summary>
    internal float[] Plain(double theta)
    {
        var inverse = new float[RotaryDimensions / 2];
        for (int i = 0; i < inverse.Length; i++) inverse[i] = 1f / Power(theta, i);
        return inverse;
    }

    /// <summary>theta^(2i / dimensions), the exponent rounded to fp32 first.</summary>
    internal float Power(double theta, int i) => (float)Math.Pow((float)theta, 2 * i / (float)RotaryDimensions);
}
