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
        var tokenizer = Tokenizer.FromGguf(GgufTokenizerReader.Read(gguf));
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
}
