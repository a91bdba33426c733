// Good weight files to start from: each form with each kind of entry that its reader knows.
using System.Text;
using FastTune.Formats;

namespace FastTune.Fuzz;

internal static class WeightSeeds
{
    public static readonly IReadOnlyList<string> Words =
        ["F32", "BF16", "I64", "U8", "BOOL", "\"dtype\":", "\"shape\":", "\"data_offsets\":", "__metadata__", "GGUF", "general.architecture", "llama", "tokenizer.ggml.tokens", "general.alignment"];

    public static readonly IReadOnlyList<string> PickleWords =
        ["PK\u0003\u0004", "PK\u0001\u0002", "ctorch\nFloatStorage\n", "cposix\nsystem\n", "cbuiltins\neval\n", "ccollections\nOrderedDict\n", "ctorch._utils\n_rebuild_tensor_v2\n", "storage", "archive/data/0", "}(", ")R", "tQ", "h\0", "q\0", "u."];

    public static IEnumerable<byte[]> Safetensors() =>
    [
        File("a.safetensors", path => Formats.Safetensors.Write(path,
        [
            TensorSource.Of("weight", [1, 2, 3, 4, 5, 6], [2, 3]),
            new("bf16", StoredType.BF16, [2], stream => stream.Write([0x80, 0x3f, 0x00, 0xc0])),
            new("i64", StoredType.I64, [1], stream => stream.Write(new byte[8])),
            new("empty", StoredType.F16, [0, 4], _ => { }),
            new("scalar", StoredType.F64, [], stream => stream.Write(new byte[8])),
        ], new Dictionary<string, string> { ["format"] = "pt", ["note"] = "é" })),
    ];

    public static IEnumerable<byte[]> Pickles()
    {
        byte[] six = PickleWriter.Floats(1, 2, 3, 4, 5, 6);
        yield return PickleWriter.Zip(new PickleWriter().OrderedDict().Op('(')
            .Text("a").Tensor("Float", "0", 6, 0, [2, 3], [3, 1]).Text("b").Tensor("Float", "0", 6, 0, [3, 2], [1, 3]).Text("c").Tensor("BFloat16", "1", 2, 1, [1], [1])
            .Text("d").Global("torch._utils", "_rebuild_parameter").Op('(').Tensor("Long", "2", 1, 0, [], []).Raw(0x88).OrderedDict().Op('t').Op('R')
            .Op('u').Op('}').Text("_metadata").OrderedDict().Op('s').Op('b').End(), ("0", six), ("1", new byte[4]), ("2", new byte[8]));
        yield return PickleWriter.Stream(new PickleWriter().Op('}').Text("w").Tensor("Float", "77", 6, 1, [2], [1], legacy: true).Op('s').End(), "77", 6, six);
    }

    public static IEnumerable<byte[]> Gguf() => [File("a.gguf", path => Model().Save(path))];

    public static IEnumerable<byte[]> Indexes() =>
    [
        Encoding.UTF8.GetBytes("""{"metadata": {"total_size": 24}, "weight_map": {"a.weight": "no-shard.safetensors", "b.weight": "no-shard.safetensors"}}"""),
    ];

    private static GgufBuilder Model()
    {
        var model = new GgufBuilder().Text("general.architecture", "llama").UInt32("general.alignment", 32).UInt32("llama.embedding_length", 4)
            .UInt32("llama.block_count", 1).UInt32("llama.feed_forward_length", 4).UInt32("llama.attention.head_count", 2).UInt32("llama.context_length", 16)
            .Float32("llama.attention.layer_norm_rms_epsilon", 1e-5f).Float32("llama.rope.freq_base", 10000f)
            .Text("tokenizer.ggml.model", "gpt2").Text("tokenizer.ggml.pre", "gpt-2").Texts("tokenizer.ggml.tokens", "a", "b", "ab", "</s>")
            .Int32s("tokenizer.ggml.token_type", 1, 1, 1, 3).Texts("tokenizer.ggml.merges", "a b").UInt32("tokenizer.ggml.eos_token_id", 3)
            .Tensor("token_embd.weight", new float[16], 4, 4).Tensor("output_norm.weight", new float[4], 4);
        foreach (string name in (string[])["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]) model.Tensor($"blk.0.{name}.weight", new float[16], 4, 4);
        return model.Tensor("blk.0.attn_norm.weight", new float[4], 4).Tensor("blk.0.ffn_norm.weight", new float[4], 4);
    }

    /// <summary>The bytes of a file that <paramref name="write"/> makes.</summary>
    public static byte[] File(string name, Action<string> write)
    {
        string folder = Directory.CreateTempSubdirectory("fasttune-seed-").FullName;
        try
        {
            string path = Path.Combine(folder, name);
            write(path);
            return System.IO.File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
