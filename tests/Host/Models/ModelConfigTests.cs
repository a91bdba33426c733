// Configs: both spellings, defaults by family, and faults named with the key and the nearest one.
using FastTune.Models;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Models;

public class ModelConfigTests
{
    private const string Sizes = "\"vocab_size\":32,\"hidden_size\":64,\"intermediate_size\":96,\"num_hidden_layers\":3,\"num_attention_heads\":4";

    [Fact]
    public void Reads_both_spellings_alike()
    {
        var old = Read($$"""{"model_type":"llama",{{Sizes}},"max_position_embeddings":128.0,"torch_dtype":"bfloat16","rope_theta":50000.0,"rope_scaling":{"type":"linear","factor":2.0},"eos_token_id":[1,2]}""");
        var today = Read($$"""{"model_type":"llama",{{Sizes}},"max_position_embeddings":128,"dtype":"bfloat16","rope_parameters":{"rope_type":"linear","rope_theta":50000.0,"factor":2.0},"eos_token_id":[1,2]}""");
        Assert.Equal(new RopeSpec(50000, 16, 128, new LinearRope(2)), old.Spec.Rope);
        Assert.Equal(today.Spec, old.Spec with { Layers = today.Spec.Layers });
        Assert.Equal(("bfloat16", "bfloat16"), (old.StoredType, today.StoredType));
        Assert.Equal([1, 2], old.EosIds);
    }

    [Fact]
    public void Takes_the_defaults_of_the_family()
    {
        Assert.Equal(128, Read($$"""{"model_type":"qwen3",{{Sizes}}}""").Spec.Attention.HeadSize);
        var qwen2 = Read($$"""{"model_type":"qwen2",{{Sizes}},"use_sliding_window":true,"sliding_window":8,"max_window_layers":2}""").Spec;
        Assert.Equal([null, null, 8], qwen2.Layers.Select(layer => layer.Window));
        Assert.Equal((true, false), (qwen2.Attention.InputBias, qwen2.Attention.OutputBias));
        Assert.Equal(4096, Read($$"""{"model_type":"mistral",{{Sizes}}}""").Spec.Layers[0].Window);
        Assert.Null(Read($$"""{"model_type":"mistral",{{Sizes}},"sliding_window":null}""").Spec.Layers[0].Window);
    }

    [Fact]
    public void Names_unknown_keys_in_a_warning()
    {
        var warning = Assert.Single(Read($$"""{"model_type":"llama",{{Sizes}},"use_cache":true,"mlp_bais":true}""").Warnings);
        Assert.Contains("'mlp_bais' is not known (did you mean 'mlp_bias'?)", warning);
    }

    [Theory]
    [InlineData("""{"model_type":"lama"}""", "model type 'lama' is not supported (did you mean 'llama'?)")]
    [InlineData("""{"model_typ":"llama"}""", "'model_type' is missing (did you mean 'model_typ'?)")]
    [InlineData("""{"model_type":"llama","hidden_size":"64"}""", "'hidden_size' is \"64\", a whole number")]
    [InlineData("""{"model_type":"llama","hidden_size":-1}""", "'hidden_size' is -1")]
    [InlineData("""{"model_type":"llama",SIZES,"num_key_value_heads":3}""", "not a multiple of 'num_key_value_heads' 3")]
    [InlineData("""{"model_type":"llama",SIZES,"hidden_act":"sillu"}""", "activation 'sillu' is not supported (did you mean 'silu'?)")]
    [InlineData("""{"model_type":"llama",SIZES,"rope_scaling":{"type":"lineal","factor":2}}""", "rope type 'lineal' is not supported (did you mean 'linear'?)")]
    [InlineData("""{"model_type":"llama",SIZES,"rope_scaling":{"type":"linear","factr":2}}""", "'rope_scaling.factor' is missing (did you mean 'factr'?)")]
    [InlineData("""{"model_type":"llama",SIZES,"rope_scaling":{"type":"linear","factor":2,"mscale":1}}""", "rope key 'mscale' has no meaning for type 'linear'")]
    [InlineData("""{"model_type":"llama",SIZES,"quantization_config":{"quant_method":"gptq"}}""", "'quantization_config': checkpoints quantised by method gptq cannot be read yet")]
    [InlineData("""{"model_type":"llama",SIZES,"attention_dropout":0.1}""", "'attention_dropout' is 0.1")]
    [InlineData("""{"model_type":"qwen2",SIZES,"layer_types":["sliding_attention","full_attention","full_attention"]}""", "gives no window")]
    [InlineData("""{"model_type":"llama","model_type":"llama"}""", "is not valid JSON")]
    [InlineData("""[1]""", "holds no JSON object")]
    public void Refuses_what_it_cannot_honour(string json, string expected)
    {
        string message = Assert.Throws<UserError>(() => Read(json.Replace("SIZES", Sizes, StringComparison.Ordinal))).Message;
        Assert.Contains(expected, message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Changes_only_what_an_export_changed()
    {
        var config = Read($$"""{"model_type":"llama",{{Sizes}},"torch_dtype":"float32","my_note":"kept"}""");
        var changed = ConfigWriter.Changed(config, "bfloat16", 64, tiedHead: false);
        Assert.Equal(("bfloat16", 64, "kept"), ((string?)changed["torch_dtype"], (int?)changed["vocab_size"], (string?)changed["my_note"]));
        Assert.Equal("float32", (string?)config.Json["torch_dtype"]);
    }

    private static ModelConfig Read(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), json);
        return ModelConfig.Read(folder.File("config.json"));
    }
}
