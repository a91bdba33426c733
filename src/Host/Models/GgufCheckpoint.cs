// Opens a GGUF file as a model: its tensor names, and the row order of its query and key matrices.
using System.Globalization;
using System.Text.Json.Nodes;
using FastTune.Formats;

namespace FastTune.Models;

internal static class GgufCheckpoint
{
    /// <summary>The frequency divisors of a scaled rope.</summary>
    public const string RopeFactors = "rope_freqs.weight";

    private static readonly Dictionary<WeightRole, string> _names = new()
    {
        [WeightRole.Embedding] = "token_embd.weight",
        [WeightRole.Query] = "blk.{layer}.attn_q.weight",
        [WeightRole.QueryBias] = "blk.{layer}.attn_q.bias",
        [WeightRole.Key] = "blk.{layer}.attn_k.weight",
        [WeightRole.KeyBias] = "blk.{layer}.attn_k.bias",
        [WeightRole.Value] = "blk.{layer}.attn_v.weight",
        [WeightRole.ValueBias] = "blk.{layer}.attn_v.bias",
        [WeightRole.Output] = "blk.{layer}.attn_output.weight",
        [WeightRole.OutputBias] = "blk.{layer}.attn_output.bias",
        [WeightRole.QueryNorm] = "blk.{layer}.attn_q_norm.weight",
        [WeightRole.KeyNorm] = "blk.{layer}.attn_k_norm.weight",
        [WeightRole.Gate] = "blk.{layer}.ffn_gate.weight",
        [WeightRole.GateBias] = "blk.{layer}.ffn_gate.bias",
        [WeightRole.Up] = "blk.{layer}.ffn_up.weight",
        [WeightRole.UpBias] = "blk.{layer}.ffn_up.bias",
        [WeightRole.Down] = "blk.{layer}.ffn_down.weight",
        [WeightRole.DownBias] = "blk.{layer}.ffn_down.bias",
        [WeightRole.AttentionNorm] = "blk.{layer}.attn_norm.weight",
        [WeightRole.MlpNorm] = "blk.{layer}.ffn_norm.weight",
        [WeightRole.FinalNorm] = "output_norm.weight",
        [WeightRole.Head] = "output.weight",
    };

    public static Checkpoint Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            var family = FamilyList.ByGgufName(path, file.Architecture);
            var config = GgufConfig.Read(file, family);
            var source = new CheckpointSource(
                path, file.Tensors, NameOf, family.KeyOf, slot => family.GgufInterleavesHeads ? Heads(config.Spec, slot) : 0, name => name == RopeFactors);
            var weights = CheckpointLoader.Match(config.Spec, source);
            return new Checkpoint(path, config, weights, file) { GenerationConfig = Generation(config) };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Name of a slot's tensor.</summary>
    public static string NameOf(WeightSlot slot) =>
        _names[slot.Role].Replace("{layer}", slot.Layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static int Heads(DecoderSpec spec, WeightSlot slot) => slot.Role switch
    {
        WeightRole.Query or WeightRole.QueryBias => spec.Attention.Heads,
        WeightRole.Key or WeightRole.KeyBias => spec.Attention.KeyValueHeads,
        _ => 0,
    };

    private static JsonObject Generation(ModelConfig config)
    {
        var json = new JsonObject();
        if (config.BosId is { } bos) json["bos_token_id"] = bos;
        if (config.EosIds.Count == 1) json["eos_token_id"] = config.EosIds[0];
        else if (config.EosIds.Count > 1) json["eos_token_id"] = new JsonArray([.. config.EosIds.Select(id => (JsonNode)id)]);
        if (config.PadId is { } pad) json["pad_token_id"] = pad;
        return json;
    }
}
