// The 5 MB text of the speed goldens, rebuilt from words.json, and the check of all its ids.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastTune.Tokenizers;

namespace FastTune.Parity;

internal static class TokenizerSpeedText
{
    /// <summary>One case a tokenizer that has a hash of its ids, and one for the text itself.</summary>
    public static IEnumerable<Case> Find(string file)
    {
        string words = Path.Combine(Path.GetDirectoryName(file)!, "words.json");
        if (!File.Exists(words)) yield break;
        var reference = GoldenJson.Load(file);
        if (reference.Find("threads") is not { } threads || reference.Find("text") is not { } text) yield break;
        yield return new Case("perf_text", () => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Build(words)))) is var got
            && got == text.Text("sha256") ? Verdict.Pass() : Verdict.Fail($"sha256 {got}"));
        foreach (var entry in threads.EnumerateObject().First().Value.EnumerateObject())
        {
            if (TokenizerCases.Neighbour(Path.Combine(Path.GetDirectoryName(file)!, entry.Name + ".x")) is { } folder)
                yield return new Case($"perf_{entry.Name}", () => Check(words, folder, text.GetProperty("document_chars").GetInt32(), entry.Value));
        }
    }

    private static Verdict Check(string words, string folder, int documentLength, JsonElement expected)
    {
        var tokenizer = Tokenizer.Load(folder);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count = 0;
        foreach (string document in Documents(Build(words), documentLength))
        {
            int[] ids = tokenizer.Encode(document);
            count += ids.Length;
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(ids.AsSpan()));
        }
        string got = Convert.ToHexStringLower(hash.GetHashAndReset());
        return got == expected.Text("ids_sha256") ? Verdict.Pass(0, $"{count} tokens") : Verdict.Fail($"{count} tokens, expected {expected.Find("tokens")}; sha256 {got}");
    }

    /// <summary>The text by the rules of the goldens' README.</summary>
    public static string Build(string wordsFile)
    {
        var root = GoldenJson.Load(wordsFile);
        string[] latin = [.. root.Texts("latin")], cjk = [.. root.Texts("cjk")], other = [.. root.Texts("other")], punct = [.. root.Texts("punct")], code = [.. root.Texts("code")];
        ulong state = 20250309;
        int Draw(int n)
        {
            state = unchecked(state * 6364136223846793005 + 1442695040888963407);
            return (int)((state >> 33) % (ulong)n);
        }
        string Pick(string[] list) => list[Draw(list.Length)];
        var text = new StringBuilder();
        for (int bytes = 0; bytes < 5_000_000;)
        {
            int r = Draw(100);
            string piece = r < 66 ? Capital(Pick(latin), Draw) + " "
                : r < 74 ? Pick(latin) + Pick(latin) + " "
                : r < 80 ? $"{Draw(1_000_000)} "
                : r < 87 ? Pick(cjk)
                : r < 91 ? Pick(other) + " "
                : r < 97 ? Pick(punct) + " "
                : Pick(code);
            text.Append(piece);
            bytes += Encoding.UTF8.GetByteCount(piece);
        }
        return text.ToString();
    }

    private static string Capital(string word, Func<int, int> draw) =>
        draw(8) == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word;

    /// <summary>Documents of so many code points.</summary>
    public static IEnumerable<string> Documents(string text, int length)
    {
        for (int start = 0, end = 0; start < text.Length; start = end)
        {
            for (int count = 0; count < length && end < text.Length; count++)
                end += char.IsHighSurrogate(text[end]) ? 2 : 1;
            yield return text[start..end];
        }
    }
}
