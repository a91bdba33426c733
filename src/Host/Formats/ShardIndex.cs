// model.safetensors.index.json and pytorch_model.bin.index.json: which shard holds which tensor.
using System.Text.Json;

namespace FastTune.Formats;

internal sealed record ShardIndex(IReadOnlyDictionary<string, string> ShardOf)
{
    private const long MaxBytes = 64 << 20;

    /// <summary>The shards' file names, in order of name.</summary>
    public IEnumerable<string> Shards => ShardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    public static ShardIndex Read(string path)
    {
        byte[] bytes = JsonInput.Bytes(path, MaxBytes);
        try
        {
            using var json = JsonInput.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out var map)
                || map.ValueKind != JsonValueKind.Object) throw Bad(path, "there is no object 'weight_map'");
            var shards = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in map.EnumerateObject()) shards[entry.Name] = ShardName(path, entry);
            return new ShardIndex(shards);
        }
        catch (JsonException error)
        {
            throw Bad(path, "not valid JSON", error);
        }
    }

    /// <summary>Every tensor of the map must be in the shard that the map names.</summary>
    public void RequireComplete(string folder, string indexName, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        foreach (var (name, shard) in ShardOf)
        {
            string path = Path.Combine(folder, shard);
            if (!tensors.TryGetValue(name, out var tensor) || Path.GetFileName(tensor.Path) != shard)
                throw new UserError($"{path}: tensor '{name}' is missing, though {indexName} says it is here: download the model again");
        }
    }

    // A name in the same folder and nothing else: an index must not reach other files.
    private static string ShardName(string path, JsonProperty entry)
    {
        string? name = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString() : null;
        if (string.IsNullOrEmpty(name) || name != Path.GetFileName(name) || name is "." or ".." || name.Contains('\\'))
            throw Bad(path, $"the shard of '{entry.Name}' is not a plain file name");
        return name;
    }

    private static UserError Bad(string path, string what, Exception? inner = null) =>
        new($"{path}: {what}: the index is damaged, download it again", inner: inner);
}
