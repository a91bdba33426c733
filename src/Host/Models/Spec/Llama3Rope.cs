// Rope scaling `llama3`: long wavelengths divided by the factor, short ones kept, the band between blended (Llama 3.1).
namespace FastTune.Models;

/// <param name="LowFrequencyFactor">Wavelengths above original length / this are divided.</param>
/// <param name="HighFrequencyFactor">Wavelengths below original length / this are kept.</param>
public sealed record Llama3Rope(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions) : IRopeScaling
{
    public string Name => "llama3";

    public IReadOnlyDictionary<string, object>? ConfigKeys => new Dictionary<string, object>
    {
        ["factor"] = Factor,
        ["low_freq_factor"] = LowFrequencyFactor,
        ["high_freq_factor"] = HighFrequencyFactor,
        ["original_max_position_embeddings"] = OriginalMaxPositions,
    };

    public RopeFrequencies Frequencies(RopeSpec rope, int length)
    {
        var inverse = rope.Plain(rope.Theta);
        for (int i = 0; i < inverse.Length; i++) inverse[i] = Stretch(inverse[i]);
        return new(inverse, 1);
    }

    private float Stretch(float inverse)
    {
        float wavelength = (float)(2 * Math.PI) / inverse;
        if (wavelength < OriginalMaxPositions / HighFrequencyFactor) return inverse;
        if (wavelength > OriginalMaxPositions / LowFrequencyFactor) return inverse / (float)Factor;
        float smooth = (OriginalMaxPositions / wavelength - (float)LowFrequencyFactor) / (float)(HighFrequencyFactor - LowFrequencyFactor);
        return (1 - smooth) * inverse / (float)Factor + smooth * inverse;
    }
}
