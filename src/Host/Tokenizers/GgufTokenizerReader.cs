// Hands the tokenizer metadata of a GGUF file over as the tokenizers' own neutral record.
using FastTune.Formats;

namespace FastTune.Tokenizers;

/// <summary>Reads `tokenizer.*` keys; wrong types and lists of unequal length are errors that name the key.</summary>
public static class GgufTokenizerReader
{
    /// <summary>The tokenizer inside the file.</summary>
    /// <exception cref="UserError">There is none, or a key has the wrong form.</exception>
    public static GgufTokenizerData Read(GgufFile file)
    {
        string model = Get<string>(file, "ggml.model") ?? throw new UserError($"{file.Path}: the metadata has no 'tokenizer.ggml.model': the file holds no tokenizer, take a model folder with tokenizer.json instead");
        var tokens = Get<string[]>(file, "ggml.tokens") ?? throw new UserError($"{file.Path}: the metadata has no 'tokenizer.ggml.tokens': the file is not complete, download it again");
        return new GgufTokenizerData(
            model, Get<string>(file, "ggml.pre"), tokens,
            SameLength(file, "ggml.scores", Get<float[]>(file, "ggml.scores"), tokens.Length),
            SameLength(file, "ggml.token_type", Types(file), tokens.Length),
            Get<string[]>(file, "ggml.merges"),
            Id(file, "bos", tokens.Length), Id(file, "eos", tokens.Length), Id(file, "unknown", tokens.Length), Id(file, "padding", tokens.Length),
            Flag(file, "ggml.add_bos_token"), Flag(file, "ggml.add_space_prefix"), Get<string>(file, "chat_template"));
    }

    private static int[]? Types(GgufFile file) =>
        file.Metadata.TryGetValue("tokenizer.ggml.token_type", out var value) && value.Value is uint[] types
            ? Array.ConvertAll(types, type => (int)type)
            : Get<int[]>(file, "ggml.token_type");

    private static T? Get<T>(GgufFile file, string key) where T : class
    {
        if (!file.Metadata.TryGetValue($"tokenizer.{key}", out var value)) return null;
        return value.Value as T ?? throw Wrong(file, key, $"it has another type ({value.Type} of {value.Item})");
    }

    private static bool? Flag(GgufFile file, string key)
    {
        if (!file.Metadata.TryGetValue($"tokenizer.{key}", out var value)) return null;
        return value.Value is bool flag ? flag : throw Wrong(file, key, "true or false was expected");
    }

    // Minus one (all ones in 32 bits) stands for "none" in some files.
    private static int? Id(GgufFile file, string role, int count)
    {
        string key = $"ggml.{role}_token_id";
        if (!file.Metadata.TryGetValue($"tokenizer.{key}", out var value)) return null;
        long id = value.AsInteger() ?? throw Wrong(file, key, "a token id was expected");
        if (id is -1 or uint.MaxValue) return null;
        return id >= 0 && id < count ? (int)id : throw Wrong(file, key, $"token {id} does not exist, there are {count}");
    }

    private static T[]? SameLength<T>(GgufFile file, string key, T[]? list, int count) => list is null || list.Length == count
        ? list
        : throw Wrong(file, key, $"{list.Length} entries for {count} tokens");

    private static UserError Wrong(GgufFile file, string key, string what) =>
        new($"{file.Path}: metadata 'tokenizer.{key}': {what}: the file is damaged, download it again");
}
