// The readers that are fuzzed, one a row. A new reader adds a row here and its seeds under Seeds/.
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Formats;
using FastTune.Models;
using FastTune.Tokenizers;

namespace FastTune.Fuzz;

internal static class FuzzTargets
{
    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        new("safetensors", "model.safetensors", WeightSeeds.Safetensors, path => Touch(Safetensors.Open(path))) { Words = WeightSeeds.Words },
        new("pickle", "pytorch_model.bin", WeightSeeds.Pickles, path => Touch(PyTorchFile.Open(path))) { Words = WeightSeeds.PickleWords },
        new("gguf", "model.gguf", WeightSeeds.Gguf, ReadGguf) { Words = WeightSeeds.Words },
        new("index", Safetensors.IndexName, WeightSeeds.Indexes, path => Expect(() => Safetensors.OpenFolder(Path.GetDirectoryName(path)!).Dispose(), "no-shard.safetensors")),
        new("config", "config.json", TextSeeds.Configs, path => _ = ModelConfig.Read(path)) { Words = TextSeeds.ConfigWords },
        new("adapter", PeftConfigFile.Name, TextSeeds.Adapters, path => _ = PeftConfigFile.Read(path).ScaleOf("model.layers.0.self_attn.q_proj")) { Words = TextSeeds.ConfigWords },
        new("recipe-yaml", "recipe.yaml", TextSeeds.YamlRecipes, ReadRecipe) { Words = TextSeeds.RecipeWords },
        new("recipe-json", "recipe.json", TextSeeds.JsonRecipes, ReadRecipe) { Words = TextSeeds.RecipeWords },
        new("tokenizer", "tokenizer.json", TokenizerSeeds.Json, ReadTokenizer) { Words = TokenizerSeeds.Words },
        new("tokenizer-config", "tokenizer_config.json", TokenizerSeeds.Configs, TokenizerSeeds.ReadWithConfig) { Words = TokenizerSeeds.Words },
        new("sentencepiece", "tokenizer.model", TokenizerSeeds.SentencePiece, ReadTokenizer),
        .. DataTargets.All,
    ];

    /// <summary>Reads every tensor that holds numbers, by parts of at most a mebibyte.</summary>
    private static void Touch(TensorSet set)
    {
        using (set)
        {
            foreach (var tensor in set.Tensors.Values) Touch(tensor);
        }
    }

    private static void Touch(StoredTensor tensor)
    {
        const long largest = 1 << 20;
        if (tensor.Type.Floats is null || tensor.RowLength > largest)
        {
            tensor.Slice(0, (int)Math.Min(tensor.ByteLength, largest));
            return;
        }
        long rows = tensor.RowLength == 0 ? 0 : Math.Min(tensor.Rows, largest / tensor.RowLength);
        tensor.CopyRows(tensor.Rows - rows, rows, new float[rows * tensor.RowLength]);
    }

    private static void ReadGguf(string path)
    {
        using var file = GgufFile.Open(path);
        foreach (var tensor in file.Tensors.Values) Touch(tensor);
        using (Checkpoint.Open(path)) { }
        _ = Tokenizer.FromGguf(GgufTokenizerReader.Read(file)).Encode("a word");
    }

    private static void ReadRecipe(string path) => RecipeReader.Read(Purpose.Train, [path]);

    private static void ReadTokenizer(string path)
    {
        var tokenizer = Tokenizer.Load(Path.GetDirectoryName(path)!);
        tokenizer.Decode(tokenizer.Encode("Some words, 12 of them:\n  naïve café\u0301 \U0001f600 don't <s></s>"), skipSpecialTokens: false);
    }

    // A seed that names a file which is not there is refused in the end, and rightly.
    private static void Expect(Action read, string missing)
    {
        try
        {
            read();
        }
        catch (UserError error) when (error.Message.Contains(missing, StringComparison.Ordinal))
        {
        }
    }
}
