// Checks of the 5 MB text of the speed goldens and of all its ids.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastTune.Tokenizers;

namespace FastTune.Parity;

internal static class TokenizerSpeedCases
{
    /// <summary>One case a tokenizer that has a hash of its ids, and one for the text itself.</summary>
    public static IEnumerable<Case> Find(string file)
    {
        string words = Path.Combine(Path.GetDirectoryName(file)!, "words.json");
        if (!File.Exists(words)) yield break;
        var reference = GoldenJson.Load(file);
        if (reference.Find("threads") is not { } threads || reference.Find("text") is not { } text) yield break;
        yield return new Case("perf_text", () => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SpeedText.Build(words)))) is var got
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
        foreach (string document in SpeedText.Documents(SpeedText.Build(words), documentLength))
        {
            int[] ids = tokenizer.Encode(document);
            count += ids.Length;
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(ids.AsSpan()));
        }
        string got = Convert.ToHexStringLower(hash.GetHashAndReset());
        return got == expected.Text("ids_sha256") ? Verdict.Pass(0, $"{count} tokens") : Verdict.Fail($"{count} tokens, expected {expected.Find("tokens")}; sha256 {got}");
    }
}
