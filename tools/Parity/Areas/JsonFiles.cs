// JSON files at a path: the file itself, or those directly inside a folder.
using System.Text.Json;

namespace FastTune.Parity;

internal static class JsonFiles
{
    /// <summary>Path and root of each readable JSON object at <paramref name="path"/>, in name order.</summary>
    public static IEnumerable<(string File, JsonElement Root)> At(string path)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal)] : [path];
        foreach (string file in files.Where(file => Path.GetExtension(file) == ".json" && File.Exists(file)))
        {
            JsonElement root;
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
                root = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                continue;
            }
            if (root.ValueKind == JsonValueKind.Object) yield return (file, root);
        }
    }

    /// <summary>The named list, when there is one whose first item is an object with all of <paramref name="marks"/>.</summary>
    public static JsonElement[] List(JsonElement root, string name, params ReadOnlySpan<string> marks)
    {
        if (!root.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0) return [];
        var first = list[0];
        if (first.ValueKind != JsonValueKind.Object) return [];
        foreach (string mark in marks)
        {
            if (!first.TryGetProperty(mark, out _)) return [];
        }
        return [.. list.EnumerateArray()];
    }
}
