// Checks of NAME.transformers_VERSION.json: special tokens and sizes as FastTune loads the folder, and the ids that this version
// of transformers gives, which our components must give too when they are put together as that version does.
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Tokenizers;

namespace FastTune.Parity;

internal sealed class TokenizerFactCases
{
    public const string Mark = ".transformers_";

    private readonly JsonElement _facts;
    private readonly string _file, _place;
    private readonly Version _version;

    private TokenizerFactCases(JsonElement facts, string file, string place) =>
        (_facts, _file, _place, _version) = (facts, file, place, Version.Parse(facts.Text("transformers")!));

    public static IEnumerable<Case> Find(string file)
    {
        if (TokenizerCases.Neighbour(file) is not { } place) return [];
        var facts = GoldenJson.Load(file);
        return facts.Find("loaded") is not null && facts.Find("answers") is not null ? new TokenizerFactCases(facts, file, place).All() : [];
    }

    private IEnumerable<Case> All()
    {
        string name = "facts_" + Path.GetFileNameWithoutExtension(_file);
        yield return new Case($"{name}/loaded", () => Told(Loaded()));
        yield return new Case($"{name}/answers", () => Told(Answers(Backend(), _facts) ?? Answers(Mine(new JsonObject()), _facts)));
        yield return new Case($"{name}/decodes", () => Told(Decodes()));
        yield return new Case($"{name}/texts", () => Texts());
        yield return new Case($"{name}/added", () => Told(Added()));
        foreach (var variant in _facts.GetProperty("variants").EnumerateArray())
            yield return new Case($"{name}/{variant.Text("variant")}", () => Told(Variant(variant)));
    }

    private static Verdict Told(string? difference) => difference is null ? Verdict.Pass() : Verdict.Fail(difference);

    // What the folder is, whoever loads it. Padding sides and class names have no counterpart here.
    private string? Loaded()
    {
        var loaded = _facts.GetProperty("loaded");
        var tokenizer = Tokenizer.Load(_place);
        var (bos, eos, pad, unk, additional) = tokenizer.Special;
        foreach (var (role, token) in new[] { ("bos", bos), ("eos", eos), ("pad", pad), ("unk", unk) })
        {
            string? expected = loaded.GetProperty("special").Find(role)?[0].GetString();
            if (token != expected) return $"{role} is {token}, {expected} was expected";
            if (token is not null && tokenizer.TokenToId(token) != loaded.GetProperty("special").GetProperty(role)[1].GetInt32()) return $"{role} has the id {tokenizer.TokenToId(token)}";
        }
        var all = loaded.Texts("all_special_tokens");
        string[] mine = [.. new[] { bos, eos, pad, unk }.OfType<string>().Concat(additional).Distinct()];
        if (!mine.ToHashSet().SetEquals(all)) return $"special tokens: expected {string.Join(' ', all)}, got {string.Join(' ', mine)}";
        if (TokenizerCases.Ids("all_special_ids", loaded, [.. all.Select(token => tokenizer.TokenToId(token) ?? -1)]) is { } ids) return ids;
        if (tokenizer.Pipeline.Model.Vocabulary.Count != loaded.GetProperty("vocab_size").GetInt32()) return $"the vocabulary has {tokenizer.Pipeline.Model.Vocabulary.Count} entries";
        return tokenizer.VocabularySize == loaded.GetProperty("len").GetInt32() ? null : $"{tokenizer.VocabularySize} tokens in all, {loaded.GetProperty("len")} were expected";
    }

    private Tokenizer Backend() => TransformersTokenizers.With(
        TransformersTokenizers.As(_version, _place, TransformersTokenizers.Config(_place)),
        JsonNode.Parse(_facts.GetProperty("loaded").GetProperty("backend").GetRawText())!.AsObject());

    /// <summary>The folder with these keys of its configuration changed (null: taken out), as this version loads it.</summary>
    private Tokenizer Mine(JsonObject change)
    {
        var config = TransformersTokenizers.Config(_place);
        foreach (var (key, value) in change)
            if (value is null) config.Remove(key); else config[key] = value.DeepClone();
        return TransformersTokenizers.As(_version, _place, config);
    }

    private static string? Answers(Tokenizer tokenizer, JsonElement holder, bool splitSpecial = false)
    {
        foreach (var answer in holder.GetProperty("answers").EnumerateArray())
        {
            string text = answer.Text("text")!;
            string? difference = TokenizerCases.Ids("ids", answer, tokenizer.Encode(text, splitSpecial))
                ?? TokenizerCases.Ids(answer.Find("ids_special") is null ? "ids" : "ids_special", answer, tokenizer.Pipeline.Process(text, null, addSpecial: true, splitSpecial).Ids);
            if (difference is not null) return $"{JsonSerializer.Serialize(text)}: {difference}";
        }
        return null;
    }

    private string? Variant(JsonElement variant)
    {
        var change = JsonNode.Parse(variant.GetProperty("change").GetRawText())!.AsObject();
        bool split = change["split_special_tokens"]?.GetValue<bool>() ?? false;
        bool refused = variant.Find("error") is not null;
        try
        {
            var tokenizer = Mine(change);
            if (refused) return "this version refuses, the rules did not";
            return Answers(tokenizer, variant.Find("answers") is { ValueKind: JsonValueKind.Array } ? variant : _facts, split);
        }
        catch (UserError) when (refused)
        {
            return null;
        }
    }

    private string? Decodes()
    {
        var tokenizer = Backend();
        // transformers 5 leaves the spaces in front of punctuation alone for BPE.
        bool cleans = _version.Major < 5 || tokenizer.Pipeline.Model is not Tokenizers.Models.BpeModel;
        foreach (var item in _facts.GetProperty("decodes").EnumerateArray())
        {
            int[] ids = [.. item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            string plain = tokenizer.Decode(ids, false), skipped = tokenizer.Decode(ids, true);
            foreach (var (name, got) in new[] { ("decode", plain), ("decode_skip", skipped), ("decode_clean", cleans ? Clean(skipped) : skipped) })
                if (item.Text(name) is { } expected && expected != got) return $"{name} {GoldenJson.Difference(expected, got)}";
        }
        return null;
    }

    private static string Clean(string text)
    {
        foreach (string mark in (string[])[".", "?", "!", ","]) text = text.Replace(" " + mark, mark, StringComparison.Ordinal);
        text = text.Replace(" ' ", "'", StringComparison.Ordinal);
        foreach (string end in (string[])["n't", "'m", "'s", "'ve", "'re"]) text = text.Replace(" " + end, end, StringComparison.Ordinal);
        return text;
    }

    // The texts of real/NAME.encode.jsonl. How many of them a version gets wrong is its own affair (the count stands in the line);
    // which ids it gives for the listed ones, and that it gets none wrong where the file says so, is checked.
    private Verdict Texts()
    {
        var tokenizer = Mine(new JsonObject());
        foreach (var item in _facts.GetProperty("differing").EnumerateArray())
            if (TokenizerCases.Ids("transformers_ids", item, tokenizer.Encode(item.Text("text")!)) is { } difference) return Verdict.Fail($"{item.Text("id")}: {difference}");
        string texts = Path.Combine(Path.GetDirectoryName(_file)!, "..", "real", $"{Path.GetFileName(_file).Split('.')[0]}.encode.jsonl");
        if (!File.Exists(texts)) return Verdict.Pass(0, "no texts beside it");
        int differ = GoldenJson.Lines(texts).Count(line => TokenizerCases.Ids("ids", line, tokenizer.Encode(line.Text("text")!)) is not null);
        int expected = _facts.GetProperty("cases_that_differ_from_tokenizer_json").GetInt32();
        string detail = $"{differ} texts differ from tokenizer.json here, {expected} there";
        return differ == expected || (differ > 0 && expected > 0) ? Verdict.Pass(0, detail) : Verdict.Fail(detail);
    }

    private string? Added()
    {
        var added = _facts.GetProperty("added");
        var names = added.GetProperty("ids").EnumerateObject().Select(item => item.Name).ToList();
        var tokenizer = Mine(new JsonObject());
        if (tokenizer.VocabularySize != added.GetProperty("len_before").GetInt32()) return $"{tokenizer.VocabularySize} tokens before";
        // Special ones are those whose text begins with "<sp": the file tells special tokens from others by nothing else.
        foreach (string name in names) tokenizer = tokenizer.WithTokens([name], special: name.StartsWith("<sp", StringComparison.Ordinal));
        if (tokenizer.VocabularySize != added.GetProperty("len_after").GetInt32()) return $"{tokenizer.VocabularySize} tokens after";
        foreach (var item in added.GetProperty("ids").EnumerateObject())
            if (tokenizer.TokenToId(item.Name) != item.Value.GetInt32()) return $"{item.Name} has the id {tokenizer.TokenToId(item.Name)}, {item.Value} was expected";
        foreach (var item in added.GetProperty("encode").EnumerateArray())
        {
            int[] expected = [.. item[1].EnumerateArray().Select(id => id.GetInt32())], got = tokenizer.Encode(item[0].GetString()!);
            if (!expected.SequenceEqual(got)) return $"{item[0]}: expected {string.Join(' ', expected)}, got {string.Join(' ', got)}";
        }
        return null;
    }
}
