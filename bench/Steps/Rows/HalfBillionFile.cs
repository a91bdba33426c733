// A GGUF file in the shape of Qwen2.5-0.5B as a Llama model: Q8_0 with random weights, SmolLM2's tokenizer padded to the vocabulary.
using FastTune.Formats;
using FastTune.Kernels.Weights.Gguf;

namespace FastTune.Bench.Steps.Rows;

internal static class HalfBillionFile
{
    private const int Layers = 24, Hidden = 896, Inner = 4864, Heads = 14, KvHeads = 2, HeadSize = 64, Vocabulary = 151936;

    /// <summary>Makes the file beside the temporary files if it is not there yet; about 0.5 GB.</summary>
    /// <param name="tokenizer">A GGUF file whose tokenizer is taken.</param>
    public static string Make(string tokenizer)
    {
        string path = Path.Combine(Path.GetTempPath(), "fasttune-bench", "half-billion.Q8_0.gguf");
        if (File.Exists(path)) return path;
        using var source = GgufFile.Open(tokenizer);
        GgufWriter.Write(path, [.. Metadata(source)], [.. Tensors()]);
        return path;
    }

    private static IEnumerable<(string, GgufValue)> Metadata(GgufFile source)
    {
        yield return ("general.architecture", One(GgufValueType.String, "llama"));
        foreach (var (key, value) in new[]
        {
            ("block_count", Layers), ("context_length", 4096), ("embedding_length", Hidden), ("feed_forward_length", Inner),
            ("attention.head_count", Heads), ("attention.head_count_kv", KvHeads), ("rope.dimension_count", HeadSize), ("vocab_size", Vocabulary),
        }) yield return ($"llama.{key}", One(GgufValueType.UInt32, (uint)value));
        yield return ("llama.attention.layer_norm_rms_epsilon", One(GgufValueType.Float32, 1e-6f));
        yield return ("llama.rope.freq_base", One(GgufValueType.Float32, 1e6f));
        foreach (var (key, value) in source.Metadata.Where(entry => entry.Key.StartsWith("tokenizer.", StringComparison.Ordinal)))
            yield return (key, key switch
            {
                "tokenizer.ggml.tokens" => value with { Value = Padded((string[])value.Value, i => $"[PAD{i}]") },
                "tokenizer.ggml.token_type" => value with { Value = Padded((int[])value.Value, _ => 5) }, // unused
                _ => value,
            });
    }

    private static T[] Padded<T>(T[] items, Func<int, T> pad) => [.. items, .. Enumerable.Range(items.Length, Vocabulary - items.Length).Select(pad)];

    private static GgufValue One(GgufValueType type, object value) => new(type, type, value);

    private static IEnumerable<GgufTensor> Tensors()
    {
        yield return Matrix("token_embd.weight", Vocabulary, Hidden);
        yield return Ones("output_norm.weight");
        for (int layer = 0; layer < Layers; layer++)
        {
            string at = $"blk.{layer}.";
            yield return Ones(at + "attn_norm.weight");
            yield return Matrix(at + "attn_q.weight", Heads * HeadSize, Hidden);
            yield return Matrix(at + "attn_k.weight", KvHeads * HeadSize, Hidden);
            yield return Matrix(at + "attn_v.weight", KvHeads * HeadSize, Hidden);
            yield return Matrix(at + "attn_output.weight", Hidden, Heads * HeadSize);
            yield return Ones(at + "ffn_norm.weight");
            yield return Matrix(at + "ffn_gate.weight", Inner, Hidden);
            yield return Matrix(at + "ffn_up.weight", Inner, Hidden);
            yield return Matrix(at + "ffn_down.weight", Hidden, Inner);
        }
    }

    private static GgufTensor Ones(string name) => new(name, Type("F32"), [Hidden], (_, values) => Array.Fill(values, 1));

    private static GgufTensor Matrix(string name, int rows, int columns)
    {
        var random = new Random(rows * 7 + columns);
        return new GgufTensor(name, Type("Q8_0"), [rows, columns], (_, values) =>
        {
            for (int i = 0; i < values.Length; i++) values[i] = (random.NextSingle() - 0.5f) * 0.1f;
        });
    }

    private static GgufType Type(string name) => GgufTypes.All.Single(type => type.Name == name);
}
