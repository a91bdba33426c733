// JSON from files of others: one door that holds the text to what every later reader takes for granted.
using System.Text.Json;
using System.Text.Unicode;

namespace FastTune.Formats;

/// <summary>Parses bounded JSON. Beyond the syntax the text must be UTF-8 throughout and its escapes must make whole characters:
/// the library accepts both when parsing and throws when the text is taken out, wherever that happens to be.</summary>
public static class JsonInput
{
    /// <summary>The whole file, if it is no longer than <paramref name="maxBytes"/>.</summary>
    /// <exception cref="UserError">Missing, unreadable, empty or too large.</exception>
    public static byte[] Bytes(string path, long maxBytes)
    {
        using var stream = InputFile.Open(path);
        if (stream.Length > maxBytes) throw new UserError($"{path}: {stream.Length} bytes, at most {maxBytes} are read: not the JSON file that was expected here");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A document; a byte-order mark is skipped.</summary>
    /// <exception cref="JsonException">Not JSON, deeper than the options allow, or text that is not Unicode.</exception>
    public static JsonDocument Parse(byte[] utf8, JsonDocumentOptions options)
    {
        var text = utf8.AsMemory(utf8.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
        RequireUnicode(text.Span, options);
        return JsonDocument.Parse(text, options);
    }

    /// <summary>Throws for bytes that are not UTF-8 and for escapes that leave half a character.</summary>
    /// <exception cref="JsonException">Not Unicode, or not JSON.</exception>
    public static void RequireUnicode(ReadOnlySpan<byte> utf8, JsonDocumentOptions options = default)
    {
        RequireUtf8(utf8);
        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0) return;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            MaxDepth = options.MaxDepth,
            CommentHandling = options.CommentHandling,
            AllowTrailingCommas = options.AllowTrailingCommas,
        });
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) RequireWhole(ref reader);
    }

    /// <summary>Throws for bytes that are not UTF-8; half characters in escapes are the reader's to handle.</summary>
    /// <exception cref="JsonException">Not UTF-8.</exception>
    public static void RequireUtf8(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) throw new JsonException("the text is not UTF-8");
    }

    private static void RequireWhole(ref Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("an escape is half a character", error);
        }
    }
}
