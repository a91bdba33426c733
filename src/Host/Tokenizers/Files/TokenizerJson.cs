// tokenizer.json as a whole: the pipeline, and the JSON of its parts as it stood, for writing it again.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Tokenizers.Models;
using FastTune.Tokenizers.Pipeline;

namespace FastTune.Tokenizers.Files;

/// <summary>JSON text of the parts that are written back unchanged; "null" where there is none.</summary>
internal sealed record PartsJson(string Normalizer, string PreTokenizer, string PostProcessor, string Decoder, string Truncation = "null", string Padding = "null");

internal static class TokenizerJson
{
    /// <summary>Files beyond this size are refused unread.</summary>
    private const long LargestFile = 1L << 29;

    private static readonly JsonDocumentOptions Strictness = new() { MaxDepth = 64 };

    /// <exception cref="UserError">The file is missing, no JSON, or has a part that is malformed or unknown.</exception>
    public static (TokenizerPipeline Pipeline, PartsJson Parts) Load(string path)
    {
        using var document = Open(path);
        return Read(new JsonPart(document.RootElement, path));
    }

    public static JsonDocument Open(string path)
    {
        try
        {
            return JsonInput.Parse(JsonInput.Bytes(path, LargestFile), Strictness);
        }
        catch (JsonException error)
        {
            throw new UserError($"{path} is not valid JSON (line {error.LineNumber + 1}): fetch the file again", inner: error);
        }
    }

    public static (TokenizerPipeline Pipeline, PartsJson Parts) Read(JsonPart root)
    {
        try
        {
            var parts = new PartsJson(Raw(root, "normalizer"), Raw(root, "pre_tokenizer"), Raw(root, "post_processor"), Raw(root, "decoder"), Raw(root, "truncation"), Raw(root, "padding"));
            var model = ModelReader.Read(root.Part("model"));
            var normalizer = root.Has("normalizer") ? ComponentReader.Normalizer(root.Part("normalizer")) : null;
            var pipeline = new TokenizerPipeline(model, new AddedVocabulary(AddedTokens(root, model), normalizer), normalizer,
                root.Has("pre_tokenizer") ? ComponentReader.PreTokenizer(root.Part("pre_tokenizer")) : null,
                root.Has("post_processor") ? ComponentReader.PostProcessor(root.Part("post_processor")) : null,
                root.Has("decoder") ? ComponentReader.Decoder(root.Part("decoder")) : null);
            return (pipeline, parts);
        }
        catch (InvalidOperationException error)
        {
            throw new UserError($"{root.Place} has text that is not Unicode ({error.Message}): fetch the file again", inner: error);
        }
    }

    /// <summary>The added tokens. As in the reference the ids are the vocabulary's, and beyond it the next free ones in order.</summary>
    private static IEnumerable<AddedToken> AddedTokens(JsonPart root, IModel model)
    {
        int next = model.Vocabulary.Count;
        var known = new Dictionary<string, int>();
        foreach (var item in root.Items("added_tokens"))
        {
            string content = item.Text("content");
            if (!known.TryGetValue(content, out int id)) id = model.Vocabulary.Find(content) ?? next++;
            known[content] = id;
            yield return new AddedToken(id, content, item.Flag("single_word", false), item.Flag("lstrip", false), item.Flag("rstrip", false),
                item.Flag("normalized", true), item.Flag("special", false));
        }
    }

    private static string Raw(JsonPart root, string name) => root.Has(name) ? root.Part(name).Element.GetRawText() : "null";
}
