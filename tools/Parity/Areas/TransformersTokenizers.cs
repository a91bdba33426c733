// Tokenizers as a version of transformers loads them: tokenizer.json, changed by what tokenizer_config.json and its class say.
using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FastTune.Tokenizers;
using FastTune.Tokenizers.Files;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Pipeline;
using FastTune.Tokenizers.PreTokenizers;

namespace FastTune.Parity;

internal static class TransformersTokenizers
{
    // The release that made the goldens which name none.
    private static readonly Version Current = new(5, 23, 0);

    // From here on a byte-level vocabulary is no longer taken for SentencePiece's because its class is called Llama.
    private static readonly Version ChecksPipeline = new(5, 23, 0);

    private static readonly ConcurrentDictionary<string, Tokenizer> Files = new();

    /// <summary>The tokenizer of this name, looked for in every folder above <paramref name="folder"/>, as the current release loads it.</summary>
    public static Tokenizer Load(string folder, string name)
    {
        string place = TokenizerCases.Neighbour(Path.Combine(folder, name + ".x")) ?? throw new UserError($"no folder above {folder} has tokenizers/{name}/tokenizer.json");
        return As(Current, place, Config(place));
    }

    /// <summary>tokenizer_config.json, to be changed and given to <see cref="As"/>.</summary>
    public static JsonObject Config(string place) => JsonNode.Parse(File.ReadAllText(Path.Combine(place, "tokenizer_config.json")))!.AsObject();

    /// <summary>The folder's tokenizer with these parts of tokenizer.json instead of its own.</summary>
    public static Tokenizer With(Tokenizer tokenizer, JsonObject parts, IModel? model = null)
    {
        JsonPart root = new(System.Text.Json.JsonSerializer.SerializeToElement(parts), "backend");
        var normalizer = root.Has("normalizer") ? ComponentReader.Normalizer(root.Part("normalizer")) : null;
        var pipeline = new TokenizerPipeline(
            model ?? tokenizer.Pipeline.Model, new AddedVocabulary(tokenizer.Pipeline.Added.All, normalizer), normalizer,
            root.Has("pre_tokenizer") ? ComponentReader.PreTokenizer(root.Part("pre_tokenizer")) : null,
            root.Has("post_processor") ? ComponentReader.PostProcessor(root.Part("post_processor")) : null,
            root.Has("decoder") ? ComponentReader.Decoder(root.Part("decoder")) : null);
        return new Tokenizer(pipeline, tokenizer.Parts, tokenizer.Special, tokenizer.ChatTemplate);
    }

    /// <exception cref="UserError">This release refuses to load the folder.</exception>
    public static Tokenizer As(Version version, string place, JsonObject config)
    {
        var tokenizer = Files.GetOrAdd(place, Tokenizer.Load);
        var parts = new JsonObject
        {
            ["normalizer"] = JsonNode.Parse(tokenizer.Parts.Normalizer),
            ["pre_tokenizer"] = JsonNode.Parse(tokenizer.Parts.PreTokenizer),
            ["post_processor"] = JsonNode.Parse(tokenizer.Parts.PostProcessor),
            ["decoder"] = JsonNode.Parse(tokenizer.Parts.Decoder),
        };
        string family = (config["tokenizer_class"]?.GetValue<string>() ?? "").Replace("Fast", "", StringComparison.Ordinal);
        if (family == "LlamaTokenizer") return version.Major < 5 ? Older(tokenizer, parts, config) : Rebuilt(version, tokenizer, parts, config);
        if (family == "Qwen2Tokenizer" && version.Major >= 5) SetPrefixSpace(parts["pre_tokenizer"], Flag(config, "add_prefix_space", false));
        return With(tokenizer, parts);
    }

    /// <summary>transformers 4: the pipeline of the file, with bos and eos around it as the switches say.</summary>
    private static Tokenizer Older(Tokenizer tokenizer, JsonObject parts, JsonObject config)
    {
        if (config["add_prefix_space"] is not null) throw new UserError("transformers 4 converts anew when add_prefix_space is given, and has no sentencepiece model to do it");
        parts["post_processor"] = Around(
            Flag(config, "add_bos_token", true) ? tokenizer.Special.Bos : null, Flag(config, "add_eos_token", false) ? tokenizer.Special.Eos : null, tokenizer);
        return With(tokenizer, parts);
    }

    /// <summary>transformers 5: SentencePiece's pipeline in place of the file's.</summary>
    private static Tokenizer Rebuilt(Version version, Tokenizer tokenizer, JsonObject parts, JsonObject config)
    {
        bool byteLevel = tokenizer.Parts.PreTokenizer.Contains("ByteLevel", StringComparison.Ordinal);
        if (byteLevel && version >= ChecksPipeline) return With(tokenizer, parts);
        string scheme = !Flag(config, "add_prefix_space", true) ? "never" : Flag(config, "legacy", false) ? "always" : "first";
        parts["normalizer"] = null;
        parts["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = scheme, ["split"] = false };
        parts["decoder"] = JsonNode.Parse(
            """
            {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
            {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
            """);
        var model = (BpeModel)tokenizer.Pipeline.Model;
        return With(tokenizer, parts, new BpeModel(model.Vocabulary, model.Merges.All, new BpeOptions(tokenizer.Special.Unk, FuseUnk: true, ByteFallback: true)));
    }

    private static JsonObject Around(string? bos, string? eos, Tokenizer tokenizer)
    {
        var names = new JsonObject();
        JsonArray Template(params int[] types)
        {
            var items = new JsonArray();
            foreach (int type in types)
            {
                if (bos is not null) items.Add(Special(bos, type));
                items.Add(new JsonObject { ["Sequence"] = new JsonObject { ["id"] = type == 0 ? "A" : "B", ["type_id"] = type } });
                if (eos is not null) items.Add(Special(eos, type));
            }
            return items;
        }
        foreach (string token in new[] { bos, eos }.OfType<string>().Distinct())
            names[token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(tokenizer.TokenToId(token)!.Value), ["tokens"] = new JsonArray(token) };
        return new JsonObject { ["type"] = "TemplateProcessing", ["single"] = Template(0), ["pair"] = Template(0, 1), ["special_tokens"] = names };
    }

    private static JsonObject Special(string token, int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } };

    private static void SetPrefixSpace(JsonNode? part, bool value)
    {
        if (part is JsonObject { } level && level["type"]?.GetValue<string>() == "ByteLevel") level["add_prefix_space"] = value;
        foreach (var inner in part?["pretokenizers"]?.AsArray() ?? []) SetPrefixSpace(inner, value);
    }

    private static bool Flag(JsonObject config, string name, bool fallback) => config[name]?.GetValue<bool>() ?? fallback;
}
