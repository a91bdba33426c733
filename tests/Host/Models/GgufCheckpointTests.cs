// GGUF files as models: row order undone, spec and config made from metadata, tokenizer handed over, faults named.
using FastTune.Formats;
using FastTune.Models;
using FastTune.Tests.Host.Formats;
using FastTune.Tokenizers;
using Xunit;

namespace FastTune.Tests.Host.Models;

public class GgufCheckpointTests
{
    [Fact]
    public void Undoes_the_interleaving_of_query_and_key_rows()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.gguf");
        Model().Save(path);
        using var model = Checkpoint.Open(path);
        // Rows of a head of four are stored as 0, 2, 1, 3.
        Assert.Equal([0f, 1, 20, 21, 10, 11, 30, 31, 40, 41, 60, 61, 50, 51, 70, 71], model[new(WeightRole.Query, 0)].ToFloats());
        var row = new ushort[2];
        model[new(WeightRole.Key, 0)].CopyRows(1, 1, row);
        Assert.Equal([0x41a0, 0x41a8], row);
        Assert.Equal([0f, 1, 10, 11, 20, 21, 30, 31], model[new(WeightRole.Value, 0)].ToFloats());
        Assert.Equal("model.layers.0.self_attn.q_proj.weight", model[new(WeightRole.Query, 0)].Key);
    }

    [Fact]
    public void Makes_a_config_that_reads_back_as_the_same_spec()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.gguf");
        Model().Float32("llama.rope.freq_base", 50000f).Text("llama.rope.scaling.type", "linear").Float32("llama.rope.scaling.factor", 4f)
            .UInt32("tokenizer.ggml.eos_token_id", 2).Save(path);
        using var model = Checkpoint.Open(path);
        Assert.True(model.Spec.TiedHead);
        Assert.Equal(new RopeSpec(50000, 4, 64, new LinearRope(4)), model.Spec.Rope);
        ConfigWriter.Write(folder.Path, model.Config.Json, model.GenerationConfig);
        var again = ModelConfig.Read(folder.File("config.json"));
        Assert.Empty(again.Warnings);
        Assert.Equal([2], again.EosIds);
        Assert.Equal(model.Spec.Layers, again.Spec.Layers);
        Assert.Equal(model.Spec, again.Spec with { Layers = model.Spec.Layers });
        Assert.Contains("\"eos_token_id\": 2", File.ReadAllText(folder.File("generation_config.json")));
    }

    [Fact]
    public void Names_what_a_file_lacks()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.gguf");
        new GgufBuilder().Text("general.architecture", "llama").UInt32("llama.embedding_lengh", 2).Save(path);
        string message = Assert.Throws<UserError>(() => Checkpoint.Open(path)).Message;
        Assert.Contains("'llama.embedding_length' is missing (did you mean 'llama.embedding_lengh'?)", message);
        new GgufBuilder().Text("general.architecture", "lama").Save(path);
        Assert.Contains("'lama' is not supported (did you mean 'llama'?)", Assert.Throws<UserError>(() => Checkpoint.Open(path)).Message);
        Model().Tensor("blk.0.attn_q.bais", [1f], 1).Save(path);
        Assert.Contains("weight 'blk.0.attn_q.bais' has no place", Assert.Throws<UserError>(() => Checkpoint.Open(path)).Message);
    }

    [Fact]
    public void Hands_the_tokenizer_over()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.gguf");
        new GgufBuilder().Text("tokenizer.ggml.model", "gpt2").Text("tokenizer.ggml.pre", "smollm").Texts("tokenizer.ggml.tokens", "a", "b", "ab")
            .Int32s("tokenizer.ggml.token_type", 1, 1, 3).Texts("tokenizer.ggml.merges", "a b").UInt32("tokenizer.ggml.bos_token_id", 2)
            .UInt32("tokenizer.ggml.eos_token_id", uint.MaxValue).Text("tokenizer.chat_template", "{{ x }}").Save(path);
        using (var file = GgufFile.Open(path))
        {
            var data = GgufTokenizerReader.Read(file);
            Assert.Equal(("gpt2", "smollm", "{{ x }}"), (data.Model, data.Pre, data.ChatTemplate));
            Assert.Equal(["a", "b", "ab"], data.Tokens);
            Assert.Equal([1, 1, 3], data.Types!);
            Assert.Equal((2, (int?)null, (int?)null), (data.BosId, data.EosId, data.PadId));
        }
        new GgufBuilder().Text("tokenizer.ggml.model", "gpt2").Texts("tokenizer.ggml.tokens", "a").Int32s("tokenizer.ggml.token_type", 1, 1).Save(path);
        using var wrong = GgufFile.Open(path);
        Assert.Contains("2 entries for 1 tokens", Assert.Throws<UserError>(() => GgufTokenizerReader.Read(wrong)).Message);
    }

    // Hidden 2, two heads of four values, one key-value head; value of row r, column c is 10 r + c.
    private static GgufBuilder Model() => new GgufBuilder()
        .Text("general.architecture", "llama").UInt32("llama.embedding_length", 2).UInt32("llama.block_count", 1).UInt32("llama.attention.head_count", 2)
        .UInt32("llama.attention.head_count_kv", 1).UInt32("llama.attention.key_length", 4).UInt32("llama.feed_forward_length", 3).UInt32("llama.context_length", 64)
        .Float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .Tensor("token_embd.weight", Values(5, 2), 5, 2).Tensor("blk.0.attn_q.weight", Values(8, 2), 8, 2).Tensor("blk.0.attn_k.weight", Values(4, 2), 4, 2)
        .Tensor("blk.0.attn_v.weight", Values(4, 2), 4, 2).Tensor("blk.0.attn_output.weight", Values(2, 8), 2, 8).Tensor("blk.0.ffn_gate.weight", Values(3, 2), 3, 2)
        .Tensor("blk.0.ffn_up.weight", Values(3, 2), 3, 2).Tensor("blk.0.ffn_down.weight", Values(2, 3), 2, 3).Tensor("blk.0.attn_norm.weight", Values(1, 2), 2)
        .Tensor("blk.0.ffn_norm.weight", Values(1, 2), 2).Tensor("output_norm.weight", Values(1, 2), 2);

    private static float[] Values(int rows, int columns) => [.. from row in Enumerable.Range(0, rows) from column in Enumerable.Range(0, columns) select 10f * row + column];
}
