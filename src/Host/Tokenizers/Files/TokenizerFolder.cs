// A model folder's tokenizer files read together: tokenizer.json, and the settings and chat template beside it.
using System.Text.Json;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Files;

internal static class TokenizerFolder
{
    public static Tokenizer Load(string folder)
    {
        string json = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(json))
        {
            var (pipeline, parts) = TokenizerJson.Load(json);
            return Finish(folder, pipeline, parts, new SpecialTokens(null, null, null, null, []));
        }
        string model = Path.Combine(folder, "tokenizer.model");
        if (!File.Exists(model)) throw new UserError($"{folder} has no tokenizer.json and no tokenizer.model: give a folder with a Hugging Face tokenizer");
        var pieces = SentencePieceFile.Load(model);
        return Finish(folder, pieces.Pipeline, pieces.Parts, pieces.Special);
    }

    /// <summary>Adds what the configuration files say: roles, further added tokens, the chat template.</summary>
    /// <param name="own">Roles that the tokenizer file itself gives; the configuration's come first.</param>
    private static Tokenizer Finish(string folder, TokenizerPipeline pipeline, PartsJson parts, SpecialTokens own)
    {
        using var config = OpenOrNull(Path.Combine(folder, "tokenizer_config.json"));
        using var map = OpenOrNull(Path.Combine(folder, "special_tokens_map.json"));
        var special = Roles(Root(config, folder, "tokenizer_config.json"), Root(map, folder, "special_tokens_map.json"));
        special = special with { Bos = special.Bos ?? own.Bos, Eos = special.Eos ?? own.Eos, Pad = special.Pad ?? own.Pad, Unk = special.Unk ?? own.Unk };
        var tokenizer = new Tokenizer(pipeline, parts, new SpecialTokens(null, null, null, null, []), ChatTemplate(folder, config));
        tokenizer = WithDecoderTokens(tokenizer, Root(config, folder, "tokenizer_config.json"));
        string[] named = [.. ((string?[])[special.Bos, special.Eos, special.Unk, special.Pad, .. special.Additional]).OfType<string>()
            .Where(t => tokenizer.Pipeline.Added.Find(t) is null).Distinct()];
        if (named.Length > 0) tokenizer = tokenizer.WithTokens(named, special: true);
        return (Tokenizer)tokenizer.WithSpecial(special);
    }

    private static JsonDocument? OpenOrNull(string path) => File.Exists(path) ? TokenizerJson.Open(path) : null;

    private static JsonPart? Root(JsonDocument? document, string folder, string name) =>
        document is { RootElement.ValueKind: JsonValueKind.Object } ? new JsonPart(document.RootElement, Path.Combine(folder, name)) : null;

    private static SpecialTokens Roles(JsonPart? config, JsonPart? map)
    {
        string? Role(string name) => Named(config, name) ?? Named(map, name);
        var additional = new List<string>();
        foreach (var part in new[] { config, map })
        {
            if (part is not { } present) continue;
            foreach (string list in (string[])["additional_special_tokens", "extra_special_tokens"])
            {
                if (!present.Has(list) || present.Part(list).Element.ValueKind != JsonValueKind.Array) continue;
                foreach (var item in present.Items(list))
                    if (Content(item) is { } token && !additional.Contains(token)) additional.Add(token);
            }
            if (additional.Count > 0) break;
        }
        return new SpecialTokens(Role("bos_token"), Role("eos_token"), Role("pad_token"), Role("unk_token"), additional);
    }

    private static string? Named(JsonPart? part, string name) => part is { } present && present.Has(name) ? Content(present.Part(name)) : null;

    /// <summary>A token given as its text or as an object with its content.</summary>
    private static string? Content(JsonPart part)
    {
        string? text = part.Element.ValueKind switch
        {
            JsonValueKind.String => part.Element.GetString(),
            JsonValueKind.Object => part.TextOrNull("content"),
            _ => null,
        };
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>Tokens that only tokenizer_config.json lists (added_tokens_decoder), in id order.</summary>
    private static Tokenizer WithDecoderTokens(Tokenizer tokenizer, JsonPart? config)
    {
        if (config is not { } present || !present.Has("added_tokens_decoder")) return tokenizer;
        var listed = present.Part("added_tokens_decoder");
        if (listed.Element.ValueKind != JsonValueKind.Object) throw present.Error("added_tokens_decoder", "an object");
        var missing = new List<(int Id, JsonPart Part)>();
        foreach (var entry in listed.Element.EnumerateObject())
        {
            var part = listed.Part(entry.Name);
            if (int.TryParse(entry.Name, out int id) && tokenizer.Pipeline.Added.Find(part.Text("content")) is null) missing.Add((id, part));
        }
        if (missing.Count == 0) return tokenizer;
        int next = tokenizer.VocabularySize;
        var tokens = tokenizer.Pipeline.Added.All.ToList();
        foreach (var (_, part) in missing.OrderBy(m => m.Id))
        {
            string content = part.Text("content");
            tokens.Add(new AddedToken(tokenizer.TokenToId(content) ?? next++, content, part.Flag("single_word", false), part.Flag("lstrip", false),
                part.Flag("rstrip", false), part.Flag("normalized", true), part.Flag("special", false)));
        }
        var added = new AddedVocabulary(tokens.OrderBy(t => t.Id), tokenizer.Pipeline.Normalizer);
        return new Tokenizer(tokenizer.Pipeline with { Added = added }, tokenizer.Parts, tokenizer.Special, tokenizer.ChatTemplate);
    }

    /// <summary>chat_template.jinja, else the configuration's chat_template (of several named ones, "default").</summary>
    private static string? ChatTemplate(string folder, JsonDocument? config)
    {
        string file = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file)) return File.ReadAllText(file);
        if (Root(config, folder, "tokenizer_config.json") is not { } root || !root.Has("chat_template")) return null;
        if (root.Part("chat_template").Element.ValueKind == JsonValueKind.String) return root.Text("chat_template");
        var templates = root.Items("chat_template").ToList();
        var chosen = templates.Where(t => t.TextOrNull("name") == "default").Concat(templates).FirstOrDefault();
        return chosen.Element.ValueKind == JsonValueKind.Object ? chosen.TextOrNull("template") : null;
    }
}
