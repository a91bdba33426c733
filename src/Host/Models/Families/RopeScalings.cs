// The kinds of rope scaling that a config can name, one a line: how each reads its keys.
using FastTune.Config;

namespace FastTune.Models;

internal static class RopeScalings
{
    private delegate IRopeScaling? Reader(ConfigReader keys, int maxPositions);

    private static readonly Dictionary<string, Reader> _readers = new(StringComparer.Ordinal)
    {
        ["default"] = (_, _) => null,
        ["linear"] = (keys, _) => new LinearRope(Factor(keys)),
        ["dynamic"] = Dynamic,
        ["yarn"] = Yarn,
        ["llama3"] = Llama3,
    };

    /// <summary>Rope of a config in either spelling: `rope_parameters`, or `rope_theta` with `rope_scaling`.</summary>
    public static RopeSpec Read(ConfigReader config, int headSize, int maxPositions)
    {
        double outerTheta = config.Number("rope_theta", 10000);
        double outerPartial = config.Number("partial_rotary_factor", 1);
        var old = config.Object("rope_scaling");
        var keys = config.Object("rope_parameters");
        if (old is not null) keys = old;
        if (keys is null) return Spec(config, outerTheta, outerPartial, headSize, maxPositions, null);
        string kind = keys.Text("rope_type") ?? keys.Text("type") ?? "default";
        keys.Skip("type");
        if (!_readers.TryGetValue(kind, out var read))
            throw new UserError($"{config.Path}: rope type '{kind}' is not supported{Nearest.Hint(kind, _readers.Keys)}: known are {string.Join(", ", _readers.Keys)}");
        var scaling = read(keys, maxPositions);
        var spec = Spec(config, keys.Number("rope_theta", outerTheta), keys.Number("partial_rotary_factor", outerPartial), headSize, maxPositions, scaling);
        if (keys.Unasked.FirstOrDefault() is { } unknown)
            throw new UserError($"{config.Path}: rope key '{unknown}' has no meaning for type '{kind}'{Nearest.Hint(unknown, keys.Asked)}: it would change the positions, so it is not ignored");
        return spec;
    }

    private static RopeSpec Spec(ConfigReader config, double theta, double partial, int headSize, int maxPositions, IRopeScaling? scaling)
    {
        int dimensions = (int)(headSize * partial);
        if (dimensions < 2 || dimensions > headSize || dimensions % 2 != 0)
            throw new UserError($"{config.Path}: {dimensions} of {headSize} values of a head would be rotated (partial_rotary_factor {partial}): an even number up to the head's size was expected");
        if (theta <= 1) throw new UserError($"{config.Path}: 'rope_theta' is {theta}, a number above 1 was expected");
        if (scaling is DynamicRope && dimensions == 2) throw new UserError($"{config.Path}: dynamic rope needs at least 4 rotated values a head, there are {dimensions}");
        return new RopeSpec(theta, dimensions, maxPositions, scaling);
    }

    // The reference counts from max_position_embeddings; the original length is written beside it and has no effect.
    private static DynamicRope Dynamic(ConfigReader keys, int maxPositions)
    {
        keys.Skip("original_max_position_embeddings");
        return new DynamicRope(Factor(keys));
    }

    private static YarnRope Yarn(ConfigReader keys, int maxPositions)
    {
        keys.Skip("finetuned");
        return new YarnRope(
            Factor(keys), keys.Int("original_max_position_embeddings", maxPositions), Or(keys.OptionalNumber("beta_fast"), 32), Or(keys.OptionalNumber("beta_slow"), 1),
            keys.OptionalNumber("attention_factor"), keys.OptionalNumber("mscale"), keys.OptionalNumber("mscale_all_dim"), keys.Bool("truncate", true));
    }

    private static Llama3Rope Llama3(ConfigReader keys, int maxPositions)
    {
        var rope = new Llama3Rope(Factor(keys), keys.Number("low_freq_factor"), keys.Number("high_freq_factor"), keys.Int("original_max_position_embeddings", maxPositions));
        return rope.LowFrequencyFactor > 0 && rope.HighFrequencyFactor > rope.LowFrequencyFactor
            ? rope
            : throw new UserError($"{keys.Path}: rope low_freq_factor {rope.LowFrequencyFactor} must be above 0 and below high_freq_factor {rope.HighFrequencyFactor}");
    }

    private static double Factor(ConfigReader keys)
    {
        double factor = keys.Number("factor");
        return factor > 0 ? factor : throw new UserError($"{keys.Path}: the rope's 'factor' is {factor}, a number above 0 was expected");
    }

    // The reference takes 0 for absent here.
    private static double Or(double? value, double absent) => value is null or 0 ? absent : value.Value;
}
