// Checkpoint keys of the Llama shape, shared by the families whose published files use them.
namespace FastTune.Models;

internal static class LlamaKeys
{
    public static readonly IReadOnlyDictionary<WeightRole, string> Names = new Dictionary<WeightRole, string>
    {
        [WeightRole.Embedding] = "model.embed_tokens.weight",
        [WeightRole.Query] = "model.layers.{layer}.self_attn.q_proj.weight",
        [WeightRole.QueryBias] = "model.layers.{layer}.self_attn.q_proj.bias",
        [WeightRole.Key] = "model.layers.{layer}.self_attn.k_proj.weight",
        [WeightRole.KeyBias] = "model.layers.{layer}.self_attn.k_proj.bias",
        [WeightRole.Value] = "model.layers.{layer}.self_attn.v_proj.weight",
        [WeightRole.ValueBias] = "model.layers.{layer}.self_attn.v_proj.bias",
        [WeightRole.Output] = "model.layers.{layer}.self_attn.o_proj.weight",
        [WeightRole.OutputBias] = "model.layers.{layer}.self_attn.o_proj.bias",
        [WeightRole.QueryNorm] = "model.layers.{layer}.self_attn.q_norm.weight",
        [WeightRole.KeyNorm] = "model.layers.{layer}.self_attn.k_norm.weight",
        [WeightRole.Gate] = "model.layers.{layer}.mlp.gate_proj.weight",
        [WeightRole.GateBias] = "model.layers.{layer}.mlp.gate_proj.bias",
        [WeightRole.Up] = "model.layers.{layer}.mlp.up_proj.weight",
        [WeightRole.UpBias] = "model.layers.{layer}.mlp.up_proj.bias",
        [WeightRole.Down] = "model.layers.{layer}.mlp.down_proj.weight",
        [WeightRole.DownBias] = "model.layers.{layer}.mlp.down_proj.bias",
        [WeightRole.AttentionNorm] = "model.layers.{layer}.input_layernorm.weight",
        [WeightRole.MlpNorm] = "model.layers.{layer}.post_attention_layernorm.weight",
        [WeightRole.FinalNorm] = "model.norm.weight",
        [WeightRole.Head] = "lm_head.weight",
    };
}
