// Reads `<architecture>.*` metadata with types and bounds, and remembers which keys were asked for.
using FastTune.Config;
using FastTune.Formats;

namespace FastTune.Models;

internal sealed class GgufKeys(GgufFile file, string architecture)
{
    private const int MaxSize = 1 << 30;

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public int Int(string key) => OptionalInt(key) ?? throw Missing(key);

    /// <summary>A whole number from 1 to 2^30; a list of equal ones, as some files have it by layer, counts as one.</summary>
    public int? OptionalInt(string key)
    {
        if (Find(key) is not { } value) return null;
        long? number = value.AsInteger();
        if (value.Value is int[] { Length: > 0 } list && Array.TrueForAll(list, item => item == list[0])) number = list[0];
        return number is >= 1 and <= MaxSize ? (int)number : throw Wrong(key, value, "a whole number of at least 1 was expected");
    }

    public double? OptionalNumber(string key)
    {
        if (Find(key) is not { } value) return null;
        return value.AsNumber() is { } number && double.IsFinite(number) ? number : throw Wrong(key, value, "a number was expected");
    }

    public string? Text(string key) => Find(key) is { } value ? value.Value as string ?? throw Wrong(key, value, "a text was expected") : null;

    public void Require(bool right, string key, string what)
    {
        if (!right) throw new UserError($"{file.Path}: metadata '{architecture}.{key}': {what}: the model cannot be loaded as it is");
    }

    /// <summary>Marks a key as understood.</summary>
    public void Skip(string key) => _asked.Add($"{architecture}.{key}");

    public UserError Missing(string key) =>
        new($"{file.Path}: metadata '{architecture}.{key}' is missing{Nearest.Hint($"{architecture}.{key}", Own())}: the file is not complete, download it again");

    /// <summary>One line for each of the architecture's keys that nobody asked for.</summary>
    public IReadOnlyList<string> Warnings() =>
        [.. Own().Where(key => !_asked.Contains(key)).Select(key => $"{file.Path}: metadata '{key}' is not known{Nearest.Hint(key, _asked)} and has no effect here")];

    private IEnumerable<string> Own() => file.Metadata.Keys.Where(key => key.StartsWith(architecture + ".", StringComparison.Ordinal));

    private GgufValue? Find(string key)
    {
        Skip(key);
        return file.Metadata.GetValueOrDefault($"{architecture}.{key}");
    }

    private UserError Wrong(string key, GgufValue value, string expected) =>
        new($"{file.Path}: metadata '{architecture}.{key}' is {(value.Type == GgufValueType.Array ? "a list" : value.Value)}, {expected}");
}
