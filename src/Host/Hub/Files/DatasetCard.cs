// The configs in the YAML header of a dataset's README.md: which files belong to which subset and split.
using FastTune.Config;

namespace FastTune.Hub;

/// <param name="Folder">data_dir, or null.</param>
/// <param name="Splits">Patterns by split; empty: guessed from the names.</param>
internal sealed record DatasetConfig(string Name, bool IsDefault, string? Folder, IReadOnlyDictionary<string, IReadOnlyList<string>> Splits);

internal static class DatasetCard
{
    private const int LargestHeader = 1 << 20;

    /// <summary>The configs that README.md describes; none when it has no header or no such list.</summary>
    public static IReadOnlyList<DatasetConfig> Configs(string path, RepoId id)
    {
        if (Header(path) is not { } text) return [];
        if (YamlText.Parse(text, $"{id.Name}/README.md") is not MapNode { Items: var header }) return [];
        if (!header.TryGetValue("configs", out var configs) || configs is not ListNode list) return [];
        return [.. list.Items.OfType<MapNode>().Select(Config).OfType<DatasetConfig>()];
    }

    private static string? Header(string path)
    {
        using var reader = new StreamReader(path);
        if (reader.ReadLine()?.Trim() != "---") return null;
        var buffer = new char[LargestHeader];
        int count = reader.ReadBlock(buffer, 0, buffer.Length);
        string rest = "\n" + new string(buffer, 0, count).ReplaceLineEndings("\n");
        int end = rest.IndexOf("\n---", StringComparison.Ordinal);
        return end < 0 ? null : rest[1..Math.Max(1, end)];
    }

    private static DatasetConfig? Config(MapNode map)
    {
        if (Text(map, "config_name") is not { } name) return null;
        bool isDefault = map.Items.TryGetValue("default", out var given) && given is ScalarNode { Value: true };
        var splits = new Dictionary<string, IReadOnlyList<string>>();
        if (map.Items.TryGetValue("data_files", out var files)) AddFiles(splits, files);
        return new DatasetConfig(name, isDefault, Text(map, "data_dir"), splits);
    }

    /// <summary>A pattern, a list of patterns (both: train), or a list of {split, path}.</summary>
    private static void AddFiles(Dictionary<string, IReadOnlyList<string>> splits, ConfigNode files)
    {
        if (files is ListNode list && list.Items.All(item => item is MapNode))
        {
            foreach (MapNode item in list.Items.Cast<MapNode>())
                if (Text(item, "split") is { } split && item.Items.TryGetValue("path", out var path)) splits[split] = Patterns(path);
        }
        else if (files is MapNode map)
        {
            foreach (var (split, path) in map.Items) splits[split] = Patterns(path);
        }
        else
        {
            splits["train"] = Patterns(files);
        }
    }

    private static IReadOnlyList<string> Patterns(ConfigNode node) => node switch
    {
        ScalarNode scalar => [scalar.Text],
        ListNode list => [.. list.Items.OfType<ScalarNode>().Select(item => item.Text)],
        _ => [],
    };

    private static string? Text(MapNode map, string key) => map.Items.TryGetValue(key, out var node) && node is ScalarNode { Text.Length: > 0 } scalar ? scalar.Text : null;
}
