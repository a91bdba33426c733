// Checks of one tokenizer folder against lines of texts and ids, and of streaming decoding.
using System.Text.Json;
using FastTune.Tokenizers;
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Parity;

internal static class TokenizerCases
{
    /// <summary>The folder tokenizers/NAME beside an ancestor of a file NAME.something.jsonl; null without one.</summary>
    public static string? Neighbour(string file)
    {
        string name = Path.GetFileName(file).Split('.')[0];
        for (var folder = new FileInfo(file).Directory; folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "tokenizers", name);
            if (File.Exists(Path.Combine(candidate, "tokenizer.json"))) return candidate;
        }
        return null;
    }

    /// <summary>A tokenizer.json under any name, without the files beside it.</summary>
    public static Tokenizer FromFile(string file)
    {
        var (pipeline, parts) = TokenizerJson.Load(file);
        return new Tokenizer(pipeline, parts, new SpecialTokens(null, null, null, null, []), null);
    }

    public static Verdict EncodingOf(string file, string json)
    {
        var tokenizer = FromFile(json);
        return All(file, line => Line(tokenizer, line));
    }

    public static Verdict Encoding(string file, string folder)
    {
        var tokenizer = Tokenizer.Load(folder);
        return All(file, line => Line(tokenizer, line));
    }

    public static Verdict Streams(string file, string folder)
    {
        var tokenizer = Tokenizer.Load(folder);
        return All(file, line => Stream(tokenizer, line));
    }

    /// <summary>Runs a check over all lines: how many differ, and the first difference.</summary>
    public static Verdict All(string file, Func<JsonElement, string?> check)
    {
        int lines = 0, wrong = 0;
        string first = "";
        foreach (string text in File.ReadAllText(file).Split('\n'))
        {
            if (text.Length == 0) continue;
            using var document = JsonDocument.Parse(text);
            string? difference = check(document.RootElement);
            lines++;
            if (difference is null) continue;
            if (wrong++ == 0) first = $"line {lines}: {difference}";
        }
        return wrong == 0 ? Verdict.Pass(0, $"{lines} lines") : Verdict.Fail($"{wrong} of {lines} lines differ; {first}");
    }

    /// <summary>What differs between the tokenizer's answers and one line's, or null.</summary>
    public static string? Line(Tokenizer tokenizer, JsonElement line)
    {
        string text = line.Text("text")!;
        if (line.Find("error") is not null) return Refuses(tokenizer, text) ? null : "the reference refuses this text, we do not";
        if (line.Find("pair") is null && Ids("ids", line, tokenizer.Encode(text)) is { } fast) return fast;
        if (line.Find("ids_encode_special_tokens") is not null
            && Ids("ids_encode_special_tokens", line, tokenizer.Encode(text, splitSpecial: true)) is { } split) return split;
        var pipeline = tokenizer.Pipeline;
        if (Same(line, pipeline.Process(text, line.Text("pair"), addSpecial: false)) is { } plain) return plain;
        var special = pipeline.Process(text, line.Text("pair"), addSpecial: true);
        // Left out where special tokens change nothing.
        string? surrounded = line.Find("special") is { } expected ? Same(expected, special) : Ids("ids", line, special.Ids);
        if (surrounded is not null) return "with special tokens: " + surrounded;
        if (line.Find("normalized") is { } normalized && pipeline.Normalizer is { } normalizer)
        {
            string got = normalizer.Normalize(AlignedText.Of(text)).Text;
            if (got != normalized.GetString()) return "normalized " + GoldenJson.Difference(normalized.GetString()!, got);
        }
        return Decoded(tokenizer, line, [.. special.Ids]);
    }

    private static bool Refuses(Tokenizer tokenizer, string text)
    {
        try
        {
            tokenizer.Encode(text);
            return false;
        }
        catch (UserError)
        {
            return true;
        }
    }

    private static string? Same(JsonElement expected, Encoded got)
    {
        if (expected.Find("ids") is not null && Ids("ids", expected, got.Ids) is { } ids) return ids;
        if (expected.Find("tokens") is not null && !expected.Texts("tokens").SequenceEqual(got.Tokens))
            return $"tokens: expected {Shown(expected.Texts("tokens"))}, got {Shown(got.Tokens)}";
        if (expected.Find("special_tokens_mask") is not null && Ids("special_tokens_mask", expected, got.SpecialMask) is { } mask) return mask;
        if (expected.Find("type_ids") is not null && Ids("type_ids", expected, got.TypeIds) is { } types) return types;
        if (expected.Find("offsets") is not { } list) return null;
        var offsets = list.EnumerateArray().Select(p => (p[0].GetInt32(), p[1].GetInt32()));
        return offsets.SequenceEqual(got.Offsets) ? null : $"offsets: expected {Shown(offsets)}, got {Shown(got.Offsets)}";
    }

    private static string? Decoded(Tokenizer tokenizer, JsonElement line, int[] ids)
    {
        foreach (var (name, skip) in new[] { ("decoded", false), ("decoded_skip", true) })
        {
            if (line.Find(name) is not { } expected) continue;
            string got = tokenizer.Decode(ids, skip);
            if (got != expected.GetString()) return $"{name} {GoldenJson.Difference(expected.GetString()!, got)}";
        }
        return null;
    }

    public static string? Ids(string name, JsonElement line, IReadOnlyList<int> got)
    {
        int[] expected = [.. line.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
        return expected.SequenceEqual(got) ? null : $"{name}: expected {Shown(expected)}, got {Shown(got)}";
    }

    private static string? Stream(Tokenizer tokenizer, JsonElement line)
    {
        int[] ids = [.. line.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
        var steps = line.GetProperty("steps").EnumerateArray().Select(s => s.GetString()).ToList();
        bool skip = line.Flag("skip_special_tokens");
        var stream = new TokenStream(tokenizer, skip);
        string shown = "";
        for (int i = 0; i < ids.Length; i++)
        {
            string? piece = stream.Next(ids[i]);
            if (i < steps.Count && piece != steps[i]) return $"step {i}: expected {JsonSerializer.Serialize(steps[i])}, got {JsonSerializer.Serialize(piece)}";
            shown += piece;
        }
        shown += stream.Finish();
        string all = line.Text("decode_all")!;
        if (tokenizer.Decode(ids, skip) != all) return "decode_all " + GoldenJson.Difference(all, tokenizer.Decode(ids, skip));
        // With byte fallback a bad byte turns text already shown into U+FFFD afterwards; only then may the joined pieces differ.
        return all.Contains('\uFFFD') || shown == all ? null : "the pieces joined: " + GoldenJson.Difference(all, shown);
    }

    private static string Shown<T>(IEnumerable<T> items)
    {
        string text = string.Join(' ', items.Take(24));
        return $"[{text.ReplaceLineEndings("⏎")}]";
    }
}
