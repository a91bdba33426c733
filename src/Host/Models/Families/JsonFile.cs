// Reads a small JSON file that came with a model: bounded, one object, one line when it is damaged.
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Formats;

namespace FastTune.Models;

internal static class JsonFile
{
    private const long MaxBytes = 16 << 20;

    private static readonly JsonDocumentOptions _options = new()
    {
        MaxDepth = 64,
        CommentHandling = JsonCommentHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    /// <summary>The file's object; null when there is no such file.</summary>
    public static JsonObject? TryRead(string path) => File.Exists(path) ? Read(path) : null;

    public static JsonObject Read(string path)
    {
        byte[] bytes = JsonInput.Bytes(path, MaxBytes);
        try
        {
            JsonInput.RequireUnicode(bytes, _options);
            return JsonNode.Parse(bytes.AsSpan(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), null, _options) as JsonObject ?? throw new UserError($"{path}: the file holds no JSON object: download it again");
        }
        catch (JsonException error)
        {
            string where = error.LineNumber is { } line ? $"line {line + 1}" : "the text";
            throw new UserError($"{path}: {where} is not valid JSON: download the file again or correct it", inner: error);
        }
    }
}
