// Rope of a GGUF file: base and scaling from the metadata, or one divisor a frequency from a tensor.
using FastTune.Formats;

namespace FastTune.Models;

internal static class GgufRope
{
    public static RopeSpec Read(GgufKeys keys, GgufFile file, int headSize, int positions)
    {
        double theta = keys.OptionalNumber("rope.freq_base") ?? 10000;
        int dimensions = keys.OptionalInt("rope.dimension_count") ?? headSize;
        keys.Require(theta > 1, "rope.freq_base", "a number above 1 was expected");
        keys.Require(dimensions <= headSize && dimensions % 2 == 0, "rope.dimension_count", $"an even number up to the head's {headSize} was expected");
        var plain = new RopeSpec(theta, dimensions, positions);
        return plain with { Scaling = Factors(file, plain) ?? Scaling(keys, positions) };
    }

    private static IRopeScaling? Scaling(GgufKeys keys, int positions)
    {
        string kind = keys.Text("rope.scaling.type") ?? "none";
        double factor = keys.OptionalNumber("rope.scaling.factor") ?? keys.OptionalNumber("rope.scale_linear") ?? 1;
        keys.Skip("rope.scaling.finetuned");
        keys.Require(factor > 0, "rope.scaling.factor", "a number above 0 was expected");
        keys.Require(kind is "none" or "linear" or "yarn", "rope.scaling.type", $"'{kind}' is not supported, none, linear and yarn are");
        if (kind == "yarn") return Yarn(keys, factor, positions);
        return factor == 1 ? null : new LinearRope(factor);
    }

    // llama.cpp multiplies its own attn_factor with the one that follows from the factor.
    private static YarnRope Yarn(GgufKeys keys, double factor, int positions)
    {
        double? attention = keys.OptionalNumber("rope.scaling.yarn_attn_factor") ?? keys.OptionalNumber("rope.scaling.attn_factor");
        return new YarnRope(factor, keys.OptionalInt("rope.scaling.original_context_length") ?? positions,
            keys.OptionalNumber("rope.scaling.yarn_beta_fast") ?? 32, keys.OptionalNumber("rope.scaling.yarn_beta_slow") ?? 1,
            attention is null or 1 ? null : attention.Value * (factor <= 1 ? 1 : 0.1 * Math.Log(factor) + 1));
    }

    private static IRopeScaling? Factors(GgufFile file, RopeSpec plain)
    {
        if (!file.Tensors.TryGetValue(GgufCheckpoint.RopeFactors, out var tensor)) return null;
        var factors = tensor.Count == plain.RotaryDimensions / 2 ? tensor.ToFloats() : [];
        if (factors.Length == 0 || !Array.TrueForAll(factors, factor => factor > 0 && float.IsFinite(factor)))
            throw new UserError($"{file.Path}: tensor '{tensor.Name}' must hold {plain.RotaryDimensions / 2} numbers above 0: the file is damaged, download it again");
        return AsLlama3(plain, factors) ?? new FactorsRope(factors);
    }

    // The divisors of Llama 3.1 and 3.2 come from these constants; named, the model can be written as a config.json again.
    private static IRopeScaling? AsLlama3(RopeSpec plain, float[] factors)
    {
        var rope = new Llama3Rope(factors.Max(), 1, 4, 8192);
        var own = rope.Frequencies(plain, plain.MaxPositions).Inverse;
        var bare = plain.Plain(plain.Theta);
        for (int i = 0; i < own.Length; i++)
            if (Math.Abs(bare[i] / factors[i] / own[i] - 1) > 1e-5f) return null;
        return rope;
    }
}
