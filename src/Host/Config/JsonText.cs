// JSON text to nodes, for recipes in JSON and for keys whose value is a JSON text.
using System.Numerics;
using System.Text;
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Config;

internal static class JsonText
{
    /// <summary>JSON values carry no line: they stand somewhere in the file.</summary>
    private const int FileLine = -1;

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = 32,
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>The value that <paramref name="text"/> holds; <paramref name="place"/> names it in errors.</summary>
    public static ConfigNode Parse(string text, string place)
    {
        try
        {
            JsonInput.RequireUnicode(Encoding.UTF8.GetBytes(text), Options);
            using var document = JsonDocument.Parse(text, Options);
            return Node(document.RootElement);
        }
        catch (JsonException error)
        {
            string message = error.Message.ReplaceLineEndings(" ");
            throw new UserError($"{place} line {(error.LineNumber ?? 0) + 1}: not valid JSON: {message}", inner: error);
        }
    }

    private static ConfigNode Node(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new MapNode(element.EnumerateObject().ToDictionary(item => item.Name, item => Node(item.Value)), FileLine),
        JsonValueKind.Array => new ListNode(element.EnumerateArray().Select(Node).ToList(), FileLine),
        JsonValueKind.String => new ScalarNode(element.GetString(), element.GetString()!, FileLine),
        JsonValueKind.Number => new ScalarNode(Number(element), element.GetRawText(), FileLine),
        JsonValueKind.Null => new ScalarNode(null, "null", FileLine),
        _ => new ScalarNode(element.GetBoolean(), element.GetRawText(), FileLine),
    };

    private static object Number(JsonElement element)
    {
        if (element.TryGetInt64(out long whole)) return whole;
        string text = element.GetRawText();
        return text.All(char.IsAsciiDigit) && text.Length < 400 ? BigInteger.Parse(text) : element.GetDouble();
    }
}
