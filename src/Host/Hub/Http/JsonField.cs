// Fields of a hub's JSON: of the right kind, or not there.
using System.Text.Json;

namespace FastTune.Hub;

internal static class JsonField
{
    /// <summary>The text of a field; null when there is none, or when it is no text (another kind, broken UTF-8, half a surrogate pair).</summary>
    public static string? Text(JsonElement entry, string name)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A count of bytes: a whole number that is not negative; else null.</summary>
    public static long? Size(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out long bytes) && bytes >= 0 ? bytes : null;
}
