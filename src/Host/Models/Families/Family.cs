// A model family: how its config becomes a DecoderSpec and how the keys of its checkpoints map to slots.
namespace FastTune.Models;

/// <summary>One entry of <see cref="FamilyList"/>, made in a file of its own.</summary>
/// <param name="Name">Name of the family and value of `model_type`.</param>
/// <param name="Architecture">Class name in `architectures`.</param>
/// <param name="Read">Reads config.json.</param>
/// <param name="Write">Keys of config.json beyond the common ones, when a config is made from a spec.</param>
internal sealed record Family(
    string Name, string Architecture, Func<ConfigReader, DecoderSpec> Read, Func<DecoderSpec, IEnumerable<(string Key, object? Value)>> Write)
{
    /// <summary>Further values of `model_type` that mean this family.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Value of `general.architecture` in GGUF files; null: none is read.</summary>
    public string? GgufName { get; init; }

    /// <summary>GGUF files keep query and key rows with the rotary halves of each head interleaved.</summary>
    public bool GgufInterleavesHeads { get; init; }

    /// <summary>Biases and norms that the family has whatever its GGUF metadata says, given a spec without them.</summary>
    public Func<DecoderSpec, DecoderSpec> FromGguf { get; init; } = spec => spec;

    /// <summary>Keys of a checkpoint: `{layer}` stands for the layer's number.</summary>
    public IReadOnlyDictionary<WeightRole, string> Keys { get; init; } = LlamaKeys.Names;

    /// <summary>The checkpoint key of a slot.</summary>
    public string KeyOf(WeightSlot slot) => Keys[slot.Role].Replace("{layer}", slot.Layer.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
