// Model folders: a missing, surplus or misshapen weight is named with the likely reason.
using FastTune.Formats;
using FastTune.Models;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Models;

public class FolderCheckpointTests
{
    private const string Config = """{"model_type":"llama","vocab_size":4,"hidden_size":2,"intermediate_size":3,"num_hidden_layers":1,"num_attention_heads":1,"tie_word_embeddings":TIED}""";

    [Fact]
    public void Fills_every_slot_in_the_reference_order()
    {
        using var folder = Folder(tied: true, tensors => tensors.Add(Of("model.layers.0.self_attn.rotary_emb.inv_freq", 1)));
        using var model = Checkpoint.Open(folder.Path);
        Assert.Equal(
            ["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.k_proj.weight", "model.layers.0.self_attn.v_proj.weight",
                "model.layers.0.self_attn.o_proj.weight", "model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.down_proj.weight",
                "model.layers.0.input_layernorm.weight", "model.layers.0.post_attention_layernorm.weight", "model.norm.weight"],
            model.Weights.Select(weight => weight.Key));
        Assert.Equal([3, 2], model[new(WeightRole.Gate, 0)].Shape);
    }

    [Fact]
    public void Names_the_missing_weight_and_the_nearest()
    {
        using var folder = Folder(tied: true, tensors =>
        {
            tensors.RemoveAll(tensor => tensor.Name == "model.norm.weight");
            tensors.Add(Of("model.norm.weigth", 2));
        });
        Assert.Contains("'model.norm.weight' is missing (the nearest is 'model.norm.weigth', 1 of 11 are missing)", Message(folder));
    }

    [Fact]
    public void Says_that_the_head_is_not_tied()
    {
        using var folder = Folder(tied: false, _ => { });
        Assert.Contains("'lm_head.weight' is missing (1 of 12 are missing): the config says that the head is not tied", Message(folder));
    }

    [Fact]
    public void Refuses_other_shapes_and_surplus_weights()
    {
        using var shape = Folder(tied: true, tensors =>
        {
            tensors.RemoveAll(tensor => tensor.Name == "model.norm.weight");
            tensors.Add(Of("model.norm.weight", 3));
        });
        Assert.Contains("'model.norm.weight' has shape [3], [2] was expected", Message(shape));
        using var surplus = Folder(tied: true, tensors => tensors.Add(Of("model.layers.0.self_attn.q_proj.bias", 2)));
        Assert.Contains("'model.layers.0.self_attn.q_proj.bias' has no place in this model", Message(surplus));
    }

    private static string Message(TemporaryFolder folder) => Assert.Throws<UserError>(() => Checkpoint.Open(folder.Path)).Message;

    private static TemporaryFolder Folder(bool tied, Action<List<TensorSource>> change)
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), Config.Replace("TIED", tied ? "true" : "false", StringComparison.Ordinal));
        const string layer = "model.layers.0.";
        var tensors = new List<TensorSource>
        {
            Of("model.embed_tokens.weight", 4, 2), Of($"{layer}self_attn.q_proj.weight", 2, 2), Of($"{layer}self_attn.k_proj.weight", 2, 2), Of($"{layer}self_attn.v_proj.weight", 2, 2),
            Of($"{layer}self_attn.o_proj.weight", 2, 2), Of($"{layer}mlp.gate_proj.weight", 3, 2), Of($"{layer}mlp.up_proj.weight", 3, 2), Of($"{layer}mlp.down_proj.weight", 2, 3),
            Of($"{layer}input_layernorm.weight", 2), Of($"{layer}post_attention_layernorm.weight", 2), Of("model.norm.weight", 2),
        };
        change(tensors);
        Safetensors.Write(folder.File("model.safetensors"), tensors);
        return folder;
    }

    private static TensorSource Of(string name, params long[] shape) => TensorSource.Of(name, new float[shape.Aggregate(1L, (a, b) => a * b)], shape);
}
