// The metadata of a GGUF file as a model's configuration.
using FastTune.Formats;

namespace FastTune.Models;

internal static class GgufConfig
{
    private const int MaxLayers = 4096;

    public static ModelConfig Read(GgufFile file, Family family)
    {
        var keys = new GgufKeys(file, file.Architecture);
        var spec = family.FromGguf(ReadSpec(keys, file, family));
        var (bos, eos, pad) = (Id(file, "bos"), Id(file, "eos"), Id(file, "padding"));
        string? type = TypeOf(file);
        var config = new ModelConfig(spec, [], type, bos, eos is { } id ? [id] : [], pad, keys.Warnings());
        return config with { Json = ConfigWriter.FromSpec(config) };
    }

    private static DecoderSpec ReadSpec(GgufKeys keys, GgufFile file, Family family)
    {
        int hidden = keys.Int("embedding_length"), heads = keys.Int("attention.head_count"), layers = keys.Int("block_count");
        int groups = keys.OptionalInt("attention.head_count_kv") ?? heads;
        int head = keys.OptionalInt("attention.key_length") ?? hidden / heads;
        int positions = keys.OptionalInt("context_length") ?? 2048;
        keys.Require(layers <= MaxLayers, "block_count", $"at most {MaxLayers} are supported");
        keys.Require(heads % groups == 0, "attention.head_count", $"it is not a multiple of the {groups} key-value heads");
        keys.Require(head > 0 && head % 2 == 0, "attention.key_length", $"heads of {head} values cannot be rotated in pairs");
        keys.Require((keys.OptionalInt("attention.value_length") ?? head) == head, "attention.value_length", "values as long as keys are supported");
        keys.Require(keys.OptionalNumber("expert_count") is null or 0, "expert_count", "mixtures of experts are not supported yet");
        var embedding = Tensor(file, GgufCheckpoint.NameOf(new WeightSlot(WeightRole.Embedding)));
        keys.Skip("vocab_size");
        return new DecoderSpec
        {
            Family = family.Name,
            HiddenSize = hidden,
            VocabularySize = checked((int)embedding.Shape[0]),
            Layers = [.. Enumerable.Repeat(new LayerSpec(), layers)],
            Attention = new AttentionSpec(
                heads, groups, head, HasTensor(file, WeightRole.QueryBias), HasTensor(file, WeightRole.OutputBias), HasTensor(file, WeightRole.QueryNorm)),
            Mlp = new MlpSpec(keys.Int("feed_forward_length"), Activation.Silu, HasTensor(file, WeightRole.GateBias)),
            NormEpsilon = (float)(keys.OptionalNumber("attention.layer_norm_rms_epsilon") ?? throw keys.Missing("attention.layer_norm_rms_epsilon")),
            Rope = GgufRope.Read(keys, file, head, positions),
            TiedHead = !file.Tensors.ContainsKey(GgufCheckpoint.NameOf(new WeightSlot(WeightRole.Head))),
            MaxPositions = positions,
        };
    }

    private static bool HasTensor(GgufFile file, WeightRole role) => file.Tensors.ContainsKey(GgufCheckpoint.NameOf(new WeightSlot(role, 0)));

    private static StoredTensor Tensor(GgufFile file, string name) =>
        file.Tensors.TryGetValue(name, out var tensor) && tensor.Shape.Count == 2
            ? tensor
            : throw new UserError($"{file.Path}: there is no matrix '{name}' ({file.Tensors.Count} tensors): the file holds no model's weights");

    private static int? Id(GgufFile file, string role) =>
        file.Metadata.TryGetValue($"tokenizer.ggml.{role}_token_id", out var value) && value.AsInteger() is >= 0 and <= int.MaxValue and var id ? (int)id : null;

    // The type of the layers' matrices when they are plain numbers.
    private static string? TypeOf(GgufFile file) =>
        file.Tensors.GetValueOrDefault(GgufCheckpoint.NameOf(new WeightSlot(WeightRole.Gate, 0)))?.Type.Name switch
        {
            "F32" => "float32",
            "F16" => "float16",
            "BF16" => "bfloat16",
            _ => null,
        };
}
