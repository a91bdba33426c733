// Checks of the tokenizer inside a GGUF file against the JSON of texts and llama.cpp's ids beside it.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Tokenizers;

namespace FastTune.Parity;

internal static class GgufTokenizerCases
{
    /// <summary>The JSON beside the file, when it holds tokenizer cases.</summary>
    public static string? Golden(string file)
    {
        string json = Path.ChangeExtension(file, ".json");
        if (!File.Exists(json)) return null;
        var root = JsonFiles.At(json).FirstOrDefault().Root;
        return root.ValueKind == JsonValueKind.Object && root.Find("model") is not null && JsonFiles.List(root, "cases", "text", "ids").Length > 0 ? json : null;
    }

    public static Verdict Check(string file, string golden)
    {
        using var gguf = GgufFile.Open(file);
        var tokenizer = Tokenizer.FromGguf(Data(gguf.Metadata));
        int count = 0;
        foreach (var item in JsonFiles.List(GoldenJson.Load(golden), "cases"))
        {
            count++;
            string text = item.Text("text")!;
            int[] ids = tokenizer.Encode(text);
            if (TokenizerCases.Ids("ids", item, ids) is { } wrong) return Verdict.Fail($"{JsonSerializer.Serialize(text)}: {wrong}");
            if (item.Find("with_bos") is not null
                && TokenizerCases.Ids("with_bos", item, tokenizer.Pipeline.Process(text, null, addSpecial: true).Ids) is { } begun) return Verdict.Fail($"{JsonSerializer.Serialize(text)}: {begun}");
            if (item.Text("decoded") is { } decoded && tokenizer.Decode(ids, false) is var got && got != decoded)
                return Verdict.Fail($"decoded {GoldenJson.Difference(decoded, got)}");
        }
        return Verdict.Pass(0, $"{count} texts");
    }

    private static GgufTokenizerData Data(IReadOnlyDictionary<string, GgufValue> metadata)
    {
        object? Value(string name) => metadata.TryGetValue("tokenizer." + name, out var value) ? value.Value : null;
        int? Id(string name) => metadata.TryGetValue($"tokenizer.ggml.{name}_token_id", out var value) ? (int?)value.AsInteger() : null;
        List<T>? Items<T>(string name) => Value("ggml." + name) is System.Collections.IEnumerable list ? [.. list.Cast<object>().Select(v => (T)Convert.ChangeType(v, typeof(T), null))] : null;
        return new GgufTokenizerData(Value("ggml.model") as string ?? "", Value("ggml.pre") as string, Items<string>("tokens") ?? [],
            Items<float>("scores"), Items<int>("token_type"), Items<string>("merges"), Id("bos"), Id("eos"), Id("unknown"), Id("padding"),
            Value("ggml.add_bos_token") as bool?, Value("ggml.add_space_prefix") as bool?, Value("chat_template") as string);
    }
}
