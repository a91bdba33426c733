// Recipe file and overrides joined, before keys give the values their types.
namespace FastTune.Config;

internal static class RawRecipe
{
    private const int MaxBytes = 4 << 20;
    private const string CommandLine = "command line";

    /// <summary>The values of the file (if any) with the settings laid over them, in order.</summary>
    public static MapNode Read(RecipeArguments arguments)
    {
        var root = arguments.File is null ? new MapNode([], 0) : ReadFile(arguments.File);
        foreach (var (key, text) in arguments.Settings) Set(root.Items, key, key.Split('.'), Value(key, text));
        return root;
    }

    /// <summary>The map that a recipe's text holds; the kind follows the file's ending.</summary>
    public static MapNode ParseFile(string path, string text)
    {
        string place = Path.GetFileName(path);
        return (Kind(path) == FileKind.Yaml ? YamlText.Parse(text, place) : JsonText.Parse(text, place)) switch
        {
            MapNode map => map,
            null or ScalarNode { Value: null } => new MapNode([], 0),
            var other => throw new UserError($"{place}: a recipe is a list of key: value lines, this file holds {(other is ListNode ? "a list" : "a single value")}"),
        };
    }

    private enum FileKind { Yaml, Json }

    private static FileKind Kind(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".yaml" or ".yml" => FileKind.Yaml,
        ".json" => FileKind.Json,
        _ => throw new UserError($"{path}: a recipe's name ends in .yaml, .yml or .json", exitCode: 2),
    };

    private static MapNode ReadFile(string path)
    {
        Kind(path);
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes) throw new UserError($"{path}: larger than {MaxBytes >> 20} MiB, so not a recipe");
            using var reader = new StreamReader(stream);
            return ParseFile(path, reader.ReadToEnd());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string why = error is FileNotFoundException or DirectoryNotFoundException ? "no such file" : error.Message;
            throw new UserError($"{path}: the recipe cannot be read: {why}", inner: error);
        }
    }

    private static ConfigNode Value(string key, string? text)
    {
        if (string.IsNullOrEmpty(text)) return new ScalarNode(null, "", 0);
        return YamlText.Parse(text, $"{CommandLine}, {key}", onCommandLine: true) ?? new ScalarNode(null, text, 0);
    }

    private static void Set(Dictionary<string, ConfigNode> map, string key, ReadOnlySpan<string> path, ConfigNode value)
    {
        if (path[0].Length == 0) throw new UserError($"'{key}' has an empty part between dots; write key.part=value", exitCode: 2);
        if (path.Length > 1)
        {
            var inner = Copy(map.GetValueOrDefault(path[0]));
            map[path[0]] = inner;
            Set(inner.Items, key, path[1..], value);
        }
        else map[path[0]] = Merge(map.GetValueOrDefault(path[0]), value);
    }

    /// <summary>Maps are joined key by key; anything else replaces.</summary>
    private static ConfigNode Merge(ConfigNode? below, ConfigNode above)
    {
        if (below is not MapNode || above is not MapNode over) return above;
        var joined = Copy(below);
        foreach (var (key, value) in over.Items) joined.Items[key] = Merge(joined.Items.GetValueOrDefault(key), value);
        return joined;
    }

    /// <summary>A map of its own: a YAML alias may share the node with another key.</summary>
    private static MapNode Copy(ConfigNode? node) => node is MapNode map ? map with { Items = new(map.Items) } : new MapNode([], 0);
}
