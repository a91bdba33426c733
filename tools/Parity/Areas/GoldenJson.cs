// Reading of golden JSON: files, and the lines of JSONL files, as documents that live as long as their case.
using System.Text.Json;

namespace FastTune.Parity;

internal static class GoldenJson
{
    public static JsonElement Load(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    public static IEnumerable<JsonElement> Lines(string path) =>
        File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement);

    /// <summary>The value of a property; null when it is absent or null.</summary>
    public static JsonElement? Find(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement element, string name) => element.Find(name)?.GetString();

    public static bool Flag(this JsonElement element, string name) => element.Find(name) is { ValueKind: JsonValueKind.True };

    public static IReadOnlyList<string> Texts(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];

    /// <summary>Where two texts first differ, with what stands there.</summary>
    public static string Difference(string expected, string got)
    {
        int at = 0;
        while (at < Math.Min(expected.Length, got.Length) && expected[at] == got[at]) at++;
        return $"at {at}: expected {Shown(expected, at)}, got {Shown(got, at)}";
    }

    private static string Shown(string text, int at)
    {
        int start = Math.Max(0, at - 10);
        return JsonSerializer.Serialize(text.AsSpan(start, Math.Min(50, text.Length - start)).ToString());
    }
}
