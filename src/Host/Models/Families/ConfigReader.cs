// Reads keys of a config.json with types and bounds, and remembers which were asked for.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastTune.Config;

namespace FastTune.Models;

/// <summary>One JSON object of a config. A key that is absent or null takes the default; every other value must be of the type asked for.</summary>
internal sealed class ConfigReader(string path, JsonObject json, string prefix = "")
{
    private const int MaxSize = 1 << 30;

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public string Path => path;

    public JsonObject Json => json;

    /// <summary>True when the key is there, even as null.</summary>
    public bool Has(string key) => json.ContainsKey(key);

    public int Int(string key) => OptionalInt(key) ?? throw Missing(key);

    public int Int(string key, int absent) => OptionalInt(key) ?? absent;

    /// <summary>A whole number from 1 to 2^30; 768.0 is one too (LLaMA-Factory writes enlarged lengths so).</summary>
    public int? OptionalInt(string key)
    {
        if (Find(key) is not { } node) return null;
        return node.GetValueKind() == JsonValueKind.Number && double.TryParse(node.ToJsonString(), CultureInfo.InvariantCulture, out double value)
            && value is >= 1 and <= MaxSize && value == Math.Floor(value)
            ? (int)value
            : throw Wrong(key, node, "a whole number of at least 1");
    }

    public double Number(string key) => OptionalNumber(key) ?? throw Missing(key);

    public double Number(string key, double absent) => OptionalNumber(key) ?? absent;

    public double? OptionalNumber(string key)
    {
        if (Find(key) is not { } node) return null;
        return node.GetValueKind() == JsonValueKind.Number && double.TryParse(node.ToJsonString(), CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Wrong(key, node, "a number");
    }

    public bool Bool(string key, bool absent)
    {
        if (Find(key) is not { } node) return absent;
        return node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, node, "true or false"),
        };
    }

    public string? Text(string key)
    {
        if (Find(key) is not { } node) return null;
        return node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw Wrong(key, node, "a text");
    }

    public IReadOnlyList<string>? Texts(string key)
    {
        if (Find(key) is not { } node) return null;
        return node is JsonArray array && array.All(item => item?.GetValueKind() == JsonValueKind.String)
            ? [.. array.Select(item => item!.GetValue<string>())]
            : throw Wrong(key, node, "a list of texts");
    }

    public ConfigReader? Object(string key)
    {
        if (Find(key) is not { } node) return null;
        return node is JsonObject inner ? new ConfigReader(path, inner, $"{prefix}{key}.") : throw Wrong(key, node, "an object");
    }

    /// <summary>Marks a key as understood without reading it.</summary>
    public void Skip(string key) => _asked.Add(key);

    /// <summary>Keys with a value that nobody asked for.</summary>
    public IEnumerable<string> Unasked => json.Where(entry => entry.Value is not null && !_asked.Contains(entry.Key)).Select(entry => entry.Key);

    /// <summary>Keys that were asked for.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public UserError Wrong(string key, JsonNode node, string expected)
    {
        string text = node.ToJsonString();
        return new UserError($"{path}: '{prefix}{key}' is {(text.Length > 60 ? text[..60] + "…" : text)}, {expected} was expected");
    }

    public UserError Missing(string key) =>
        new($"{path}: '{prefix}{key}' is missing{Nearest.Hint(key, Unasked)}: the config is not complete, download it again");

    private JsonNode? Find(string key)
    {
        _asked.Add(key);
        return json[key];
    }
}
