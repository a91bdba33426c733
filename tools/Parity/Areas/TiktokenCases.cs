// Checks of a tiktoken rank file against tiktoken's own answers, with every, some and no special tokens.
using FastTune.Tokenizers;
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Parity;

internal static class TiktokenCases
{
    public static IEnumerable<Case> Find(string encodingFile)
    {
        string folder = Path.GetDirectoryName(encodingFile)!;
        if (Directory.EnumerateFiles(folder, "*.tiktoken").FirstOrDefault() is not { } ranks) yield break;
        string name = "tiktoken_" + Path.GetFileNameWithoutExtension(ranks);
        yield return new Case(name, () => Encoding(ranks, encodingFile, Path.Combine(folder, "cases.jsonl")));
        yield return new Case(name + "_decode", () => Decoding(ranks, encodingFile, Path.Combine(folder, "decode.jsonl")));
        string converted = Path.Combine(folder, "converted.json");
        if (File.Exists(converted)) yield return new Case(name + "_converted", () => Converted(converted, Path.Combine(folder, "cases.jsonl")));
    }

    private static Tokenizer Load(string ranks, string encodingFile, Func<string, bool> allowed)
    {
        var root = GoldenJson.Load(encodingFile);
        var special = root.GetProperty("special_tokens").EnumerateObject().Where(t => allowed(t.Name)).ToDictionary(t => t.Name, t => t.Value.GetInt32());
        return TiktokenFile.Load(ranks, root.Text("pattern")!, special);
    }

    private static Verdict Encoding(string ranks, string encodingFile, string cases)
    {
        var all = Load(ranks, encodingFile, _ => true);
        var some = Load(ranks, encodingFile, name => name == "<|im_end|>");
        return TokenizerCases.All(cases, line =>
        {
            string text = line.Text("text")!;
            int[] ids = all.Encode(text);
            if (TokenizerCases.Ids("ordinary", line, all.Encode(text, splitSpecial: true)) is { } ordinary) return ordinary;
            if (TokenizerCases.Ids("all_special", line, ids) is { } special) return special;
            if (TokenizerCases.Ids("some_special", line, some.Encode(text)) is { } partly) return partly;
            string hex = string.Join(' ', ids.Select(id => Convert.ToHexStringLower(Bytes(all, id))));
            if (hex != string.Join(' ', line.Texts("token_bytes_hex"))) return $"token bytes {hex}";
            string decoded = all.Decode(ids, skipSpecialTokens: false);
            return decoded == line.Text("decoded") ? null : GoldenJson.Difference(line.Text("decoded")!, decoded);
        });
    }

    private static byte[] Bytes(Tokenizer tokenizer, int id) => tokenizer.Pipeline.Added.Find(id) is { } added
        ? System.Text.Encoding.UTF8.GetBytes(added.Content) : [.. tokenizer.IdToToken(id)!.Select(c => (byte)ByteAlphabet.Byte(c))];

    private static Verdict Decoding(string ranks, string encodingFile, string cases)
    {
        var all = Load(ranks, encodingFile, _ => true);
        return TokenizerCases.All(cases, line =>
        {
            int[] ids = [.. line.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
            string got = all.Decode(ids, skipSpecialTokens: false), hex = string.Concat(ids.Select(id => Convert.ToHexStringLower(Bytes(all, id))));
            if (line.Text("bytes_hex") is { } bytes && bytes != hex) return $"bytes: expected {bytes}, got {hex}";
            return got == line.Text("decoded") ? null : GoldenJson.Difference(line.Text("decoded")!, got);
        });
    }

    private static Verdict Converted(string file, string cases)
    {
        var tokenizer = TokenizerCases.FromFile(file);
        return TokenizerCases.All(cases, line => TokenizerCases.Ids("all_special", line, tokenizer.Encode(line.Text("text")!)));
    }
}
