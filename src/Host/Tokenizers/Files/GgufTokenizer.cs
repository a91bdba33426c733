// A tokenizer from GGUF metadata: the same parts that a tokenizer.json would have, chosen by the names llama.cpp uses.
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Tokenizers.Decoders;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Files;

internal static class GgufTokenizer
{
    private const int Unknown = 2, Control = 3, UserDefined = 4;

    public static Tokenizer Build(GgufTokenizerData data)
    {
        if (data.Tokens.Count == 0) throw new UserError("GGUF file has no tokenizer.ggml.tokens: use a file that holds its tokenizer");
        if (data.Types is { } types && types.Count != data.Tokens.Count)
            throw new UserError($"GGUF file has {data.Tokens.Count} tokens but {types.Count} token types: fetch the file again");
        var (model, parts) = data.Model switch
        {
            "gpt2" => (ByteLevel(data), GgufPreTokenizers.Parts(data.Pre)),
            "llama" => (SentencePieceMerges.Build(data), GgufPreTokenizers.SentencePieceParts(data.AddSpacePrefix ?? true)),
            _ => throw new UserError($"GGUF file's tokenizer.ggml.model is '{data.Model}', which is not supported: use the model's Hugging Face folder"),
        };
        bool addsBos = data.AddBos ?? data.Model == "llama";
        if (addsBos && Name(data, data.BosId) is { } bos) parts = parts with { PostProcessor = BosTemplate(bos, data.BosId!.Value) };
        var special = new SpecialTokens(Name(data, data.BosId), Name(data, data.EosId), Name(data, data.PadId), Name(data, data.UnkId), []);
        return new Tokenizer(Pipeline(model, parts, Added(data)), parts, special, data.ChatTemplate);
    }

    /// <summary>The pipeline of a model and the JSON of its other parts.</summary>
    public static TokenizerPipeline Pipeline(IModel model, PartsJson parts, IEnumerable<AddedToken> added)
    {
        var normalizer = Part(parts.Normalizer, ComponentReader.Normalizer);
        return new TokenizerPipeline(model, new AddedVocabulary(added, normalizer), normalizer, Part(parts.PreTokenizer, ComponentReader.PreTokenizer),
            Part(parts.PostProcessor, ComponentReader.PostProcessor), Part(parts.Decoder, ComponentReader.Decoder));
    }

    private static T? Part<T>(string json, Func<JsonPart, T> read) where T : class
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Null ? null : read(new JsonPart(document.RootElement, "tokenizer"));
    }

    private static BpeModel ByteLevel(GgufTokenizerData data)
    {
        var vocabulary = Vocabulary.Of(Ids(data));
        var lines = data.Merges ?? throw new UserError("GGUF file has no tokenizer.ggml.merges: fetch the file again");
        var merges = new List<Merge>(lines.Count);
        foreach (string line in lines)
        {
            int space = line.IndexOf(' ', Math.Min(1, line.Length));
            if (space < 0) throw new UserError($"GGUF file's merge '{line}' is not two tokens: fetch the file again");
            int left = vocabulary.Find(line.AsSpan(0, space)), right = vocabulary.Find(line.AsSpan(space + 1));
            int result = vocabulary.Find(string.Concat(line.AsSpan(0, space), line.AsSpan(space + 1)).AsSpan());
            if (left >= 0 && right >= 0 && result >= 0) merges.Add(new Merge(left, right, result, merges.Count));
        }
        return new BpeModel(vocabulary, merges, new BpeOptions(IgnoreMerges: GgufPreTokenizers.IgnoresMerges(data.Pre)));
    }

    /// <summary>Ids by text; of two tokens with the same text the first keeps the name.</summary>
    public static Dictionary<string, int> Ids(GgufTokenizerData data)
    {
        var ids = new Dictionary<string, int>(data.Tokens.Count);
        for (int id = 0; id < data.Tokens.Count; id++) ids.TryAdd(data.Tokens[id], id);
        return ids;
    }

    private static IEnumerable<AddedToken> Added(GgufTokenizerData data)
    {
        for (int id = 0; id < data.Tokens.Count; id++)
        {
            int type = data.Types?[id] ?? 1;
            bool role = id == data.BosId || id == data.EosId || id == data.PadId;
            if (type is Control or UserDefined or Unknown || role)
                yield return new AddedToken(id, data.Tokens[id], Special: type != UserDefined || role);
        }
    }

    private static string? Name(GgufTokenizerData data, int? id) =>
        id is { } known && (uint)known < (uint)data.Tokens.Count ? data.Tokens[known] : null;

    private static string BosTemplate(string bos, int id)
    {
        JsonNode Start() => new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = bos, ["type_id"] = 0 } };
        JsonNode Text(string name, int type) => new JsonObject { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = type } };
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray(Start(), Text("A", 0)),
            ["pair"] = new JsonArray(Start(), Text("A", 0), Text("B", 1)),
            ["special_tokens"] = new JsonObject
            {
                [bos] = new JsonObject { ["id"] = bos, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(bos) },
            },
        }.ToJsonString(TokenizerWriter.Plain);
    }
}
