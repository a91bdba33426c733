// A GGUF model answers from its own block types: the same logits as from widened matrices, and nearly those with rounded activations.
using FastTune.Formats;
using FastTune.Inference;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Kernels.Tensors;
using FastTune.Kernels.Weights.Gguf;
using FastTune.Models;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Models;

public class KeptBlocksTests
{
    private const int Hidden = 64, Inner = 96, Vocabulary = 128;

    [Theory]
    [InlineData(false, 1e-5)]
    [InlineData(true, 3e-2)]
    public void Logits_are_those_of_the_widened_model(bool rounds, double tolerance)
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder);
        float[][] widened = Logits(path, null), kept = Logits(path, new BlockWeights(rounds));
        for (int step = 0; step < widened.Length; step++)
        {
            double error = Math.Sqrt(widened[step].Zip(kept[step]).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));
            double size = Math.Sqrt(widened[step].Sum(value => value * value));
            Assert.InRange(error / size, rounds ? 1e-6 : 0, tolerance);
        }
    }

    // A prompt goes through the big product, single tokens through the one for a few rows.
    private static float[][] Logits(string path, BlockWeights? blocks)
    {
        using var device = new CpuDevice();
        using Checkpoint checkpoint = Checkpoint.Open(path);
        using Decoder decoder = DecoderLoader.Load(checkpoint, device, LoadOptions.Inference(DType.F32) with { Blocks = blocks });
        if (blocks is not null) Assert.All(decoder.Linears, linear => Assert.IsType<GgufMatrix>(linear.Weight.Stored));
        using var generator = new Generator(decoder);
        return [generator.Logits([.. Enumerable.Range(3, 20)]), generator.Logits([7]), generator.Logits([9])];
    }

    private static string Write(TemporaryFolder folder)
    {
        string path = Path.Combine(folder.Path, "tiny.gguf");
        var metadata = new List<(string, GgufValue)> { ("general.architecture", new(GgufValueType.String, GgufValueType.String, "llama")) };
        foreach (var (key, value) in new[]
        {
            ("block_count", 2), ("context_length", 64), ("embedding_length", Hidden), ("feed_forward_length", Inner), ("attention.head_count", 2),
            ("attention.head_count_kv", 1), ("rope.dimension_count", 32), ("vocab_size", Vocabulary),
        }) metadata.Add(($"llama.{key}", new(GgufValueType.UInt32, GgufValueType.UInt32, (uint)value)));
        metadata.Add(("llama.attention.layer_norm_rms_epsilon", new(GgufValueType.Float32, GgufValueType.Float32, 1e-6f)));
        GgufWriter.Write(path, metadata, [.. Tensors()]);
        return path;
    }

    private static IEnumerable<GgufTensor> Tensors()
    {
        yield return Random("token_embd.weight", "Q8_0", Vocabulary, Hidden);
        yield return Random("output_norm.weight", "F32", Hidden);
        for (int layer = 0; layer < 2; layer++)
        {
            string at = $"blk.{layer}.";
            yield return Random(at + "attn_norm.weight", "F32", Hidden);
            yield return Random(at + "attn_q.weight", "Q8_0", Hidden, Hidden);
            yield return Random(at + "attn_k.weight", "Q8_0", 32, Hidden);
            yield return Random(at + "attn_v.weight", "Q8_0", 32, Hidden);
            yield return Random(at + "attn_output.weight", "Q8_0", Hidden, Hidden);
            yield return Random(at + "ffn_norm.weight", "F32", Hidden);
            yield return Random(at + "ffn_gate.weight", "Q8_0", Inner, Hidden);
            yield return Random(at + "ffn_up.weight", "Q8_0", Inner, Hidden);
            yield return Random(at + "ffn_down.weight", "Q8_0", Hidden, Inner);
        }
    }

    private static GgufTensor Random(string name, string type, params long[] shape)
    {
        var random = new Random(name.Length * 131 + name[4]);
        return new GgufTensor(name, GgufTypes.All.Single(entry => entry.Name == type), shape, (_, values) =>
        {
            for (int i = 0; i < values.Length; i++) values[i] = shape.Length == 1 ? 1 : (random.NextSingle() - 0.5f) * 0.5f;
        });
    }
}
