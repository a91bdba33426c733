// dataset_info.json: names of datasets and what stands behind them.
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Data;

/// <summary>The datasets of a folder. Entries are checked when they are asked for, so that a broken one that is not used does no harm.</summary>
internal sealed class DatasetCatalog
{
    private const string FileName = "dataset_info.json";
    private const int MaxBytes = 16 << 20;
    private static readonly string[] Remote = ["hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name"];
    private static readonly string[] Known = ["file_name", "formatting", "ranking", "num_samples", "columns", "tags", "subset", "split", "folder", .. Remote];

    private readonly string _folder;
    private readonly JsonElement _entries;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _hubFiles;

    private DatasetCatalog(string folder, JsonElement entries, IReadOnlyDictionary<string, IReadOnlyList<string>> hubFiles) =>
        (_folder, _entries, _hubFiles) = (folder, entries, hubFiles);

    /// <summary>Reads <c>dataset_info.json</c> of <paramref name="folder"/>; of <see cref="HubDataset.Online"/> there is none.</summary>
    /// <param name="hubFiles">Local files of datasets that a hub gave, by name.</param>
    public static DatasetCatalog Load(string folder, IReadOnlyDictionary<string, IReadOnlyList<string>>? hubFiles = null)
    {
        hubFiles ??= new Dictionary<string, IReadOnlyList<string>>();
        string path = Path.Combine(folder, FileName);
        if (folder == HubDataset.Online) return new DatasetCatalog(folder, JsonSerializer.SerializeToElement(hubFiles.ToDictionary(pair => pair.Key, _ => new { })), hubFiles);
        if (!File.Exists(path))
            throw new UserError($"{path}: no such file; dataset_dir must be a folder with {FileName}");
        return new DatasetCatalog(folder, Parse(path), hubFiles);
    }

    private static JsonElement Parse(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new UserError($"{path}: larger than {MaxBytes >> 20} MiB, so no list of datasets; rows go into files of their own");
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            using var document = JsonInput.Parse(JsonInput.Bytes(path, MaxBytes), options);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new UserError($"{path}, line {error.LineNumber + 1}: not valid JSON", inner: error);
        }
        throw new UserError($"{path}: must be an object of dataset names");
    }

    /// <summary>The dataset of this name.</summary>
    /// <param name="warn">Takes a line about keys that have no meaning.</param>
    public DatasetEntry Find(string name, Action<string> warn)
    {
        if (!_entries.TryGetProperty(name, out var entry))
        {
            string known = string.Join(", ", _entries.EnumerateObject().Select(property => property.Name).Take(20));
            throw new UserError($"dataset '{name}' is not in {Path.Combine(_folder, FileName)}; known are: {known}");
        }
        if (entry.ValueKind != JsonValueKind.Object) throw Wrong(name, "must be an object");
        foreach (var property in entry.EnumerateObject())
            if (!Known.Contains(property.Name)) warn($"dataset '{name}': key '{property.Name}' has no meaning and is ignored");
        return new DatasetEntry
        {
            Name = name,
            Files = Files(name, entry),
            Layout = Layout(name, entry),
            Ranking = entry.TryGetProperty("ranking", out var ranking) && ranking.ValueKind == JsonValueKind.True,
            NumSamples = NumSamples(name, entry),
            Columns = entry.TryGetProperty("columns", out var columns) ? Columns(name, columns) : DatasetColumns.Default,
            Tags = entry.TryGetProperty("tags", out var tags) ? Tags(name, tags) : new DatasetTags(),
        };
    }

    /// <summary>The JSON text of a dataset's entry.</summary>
    public string Text(string name) => _entries.TryGetProperty(name, out var entry) ? entry.GetRawText() : "";

    private IReadOnlyList<string> Files(string name, JsonElement entry)
    {
        if (_hubFiles.TryGetValue(name, out var fetched)) return fetched;
        if (!entry.TryGetProperty("file_name", out var given))
        {
            string? remote = Array.Find(Remote, key => entry.TryGetProperty(key, out _));
            throw Wrong(name, remote is null ? "needs file_name" : $"{remote} is not supported; download the data and give its file_name");
        }
        var names = given.ValueKind == JsonValueKind.Array ? given.EnumerateArray().Select(item => item.GetString()) : [given.GetString()];
        return names.SelectMany(file => Expand(name, Path.Combine(_folder, file ?? throw Wrong(name, "file_name must be text")))).ToList();
    }

    /// <summary>Where a hub has this dataset, or null: it is local, or not in the catalog.</summary>
    public HubDataset? OnHub(string name)
    {
        if (!_entries.TryGetProperty(name, out var entry) || entry.ValueKind != JsonValueKind.Object) return null;
        string? Text(string key) => !entry.TryGetProperty(key, out var given) || given.ValueKind == JsonValueKind.Null ? null
            : given.ValueKind == JsonValueKind.String ? given.GetString() : throw Wrong(name, $"{key} must be text");
        var found = new HubDataset(name, Text("hf_hub_url"), Text("ms_hub_url"), Text("om_hub_url"), Text("subset"), Text("split") ?? "train", Text("folder"));
        return found.HuggingFace is null && found.ModelScope is null && found.OpenMind is null ? null : found;
    }

    private static IEnumerable<string> Expand(string name, string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw Wrong(name, $"file {path} does not exist");
        var files = Directory.EnumerateFiles(path).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files : throw Wrong(name, $"folder {path} holds no files");
    }

    private static RowLayout Layout(string name, JsonElement entry)
    {
        if (!entry.TryGetProperty("formatting", out var given)) return RowLayout.Alpaca;
        return given.ValueKind == JsonValueKind.String ? given.GetString() switch
        {
            "alpaca" => RowLayout.Alpaca,
            "sharegpt" => RowLayout.ShareGpt,
            "openai" => RowLayout.OpenAi,
            string other => throw Wrong(name, $"formatting '{other}' is unknown; use alpaca, sharegpt or openai"),
            null => RowLayout.Alpaca,
        } : throw Wrong(name, "formatting must be text");
    }

    private static int? NumSamples(string name, JsonElement entry)
    {
        if (!entry.TryGetProperty("num_samples", out var given) || given.ValueKind == JsonValueKind.Null) return null;
        return given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out int count) && count > 0
            ? count : throw Wrong(name, "num_samples must be a whole number above 0");
    }

    private static DatasetColumns Columns(string name, JsonElement given)
    {
        var map = Strings(name, "columns", given, ["prompt", "query", "response", "history", "messages", "system", "tools", "chosen", "rejected", "kto_tag"]);
        string? Of(string key) => map.GetValueOrDefault(key);
        return new DatasetColumns(
            Of("prompt"), Of("query"), Of("response"), Of("history"), Of("messages"), Of("system"), Of("tools"), Of("chosen"), Of("rejected"), Of("kto_tag"));
    }

    private static DatasetTags Tags(string name, JsonElement given)
    {
        var map = Strings(name, "tags", given, ["role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag"]);
        string? Of(string key) => map.GetValueOrDefault(key);
        string Needed(string key) => Of(key) ?? throw Wrong(name, $"tags needs {key}");
        return new DatasetTags(
            Needed("role_tag"), Needed("content_tag"), Of("user_tag"), Of("assistant_tag"), Of("observation_tag"), Of("function_tag"), Of("system_tag"));
    }

    private static Dictionary<string, string> Strings(string name, string key, JsonElement given, string[] known)
    {
        if (given.ValueKind != JsonValueKind.Object) throw Wrong(name, $"{key} must be an object");
        var map = new Dictionary<string, string>();
        foreach (var property in given.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null) continue;
            if (property.Name is "images" or "videos" or "audios") throw Wrong(name, $"{key}.{property.Name}: media are not supported yet");
            if (!known.Contains(property.Name)) throw Wrong(name, $"{key}.{property.Name} is unknown; known are {string.Join(", ", known)}");
            map[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()! : throw Wrong(name, $"{key}.{property.Name} must be text");
        }
        return map;
    }

    private static UserError Wrong(string name, string what) => new($"dataset '{name}' in {FileName}: {what}");
}
