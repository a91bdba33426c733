// Typed values of every key while a recipe is checked: given or default, then derived. The records are filled from it.
namespace FastTune.Config;

internal sealed class Settings(Purpose purpose, DeviceTypes? device = null)
{
    private readonly Dictionary<string, object?> values = [];
    private readonly List<(Key Key, string Place)> given = [];

    public Purpose Purpose { get; } = purpose;

    /// <summary>Number types of the device that the recipe is for.</summary>
    public DeviceTypes Device { get; } = device ?? DeviceTypes.Cpu;

    /// <summary>The keys that the recipe itself names, with where they stand, in its order.</summary>
    public IReadOnlyList<(Key Key, string Place)> Given => given;

    /// <summary>Keys that were asked for; the tests hold this against the table.</summary>
    public HashSet<string> Asked { get; } = [];

    /// <summary>Lines for the log: keys that need no work here, and warnings.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Stores what the recipe itself says.</summary>
    public void Give(Key key, object? value, string place)
    {
        values[key.Name] = value;
        given.Add((key, place));
    }

    /// <summary>Stores a derived value.</summary>
    public void Set(string key, object? value) => values[key] = value;

    public bool Bool(string key) => (bool)Value(key)!;
    public bool? OptionalBool(string key) => (bool?)Value(key);
    public int Int(string key) => (int)Value(key)!;
    public int? OptionalInt(string key) => (int?)Value(key);
    public double Number(string key) => (double)Value(key)!;
    public double? OptionalNumber(string key) => (double?)Value(key);
    public string Text(string key) => (string)Value(key)!;
    public string? OptionalText(string key) => (string?)Value(key);
    public IReadOnlyList<string> Names(string key) => (IReadOnlyList<string>?)Value(key) ?? [];
    public IReadOnlyDictionary<string, object?> Map(string key) => (IReadOnlyDictionary<string, object?>?)Value(key) ?? new Dictionary<string, object?>();

    /// <summary>True when the key has this text.</summary>
    public bool Is(string key, params ReadOnlySpan<string> texts) => texts.Contains(OptionalText(key) ?? "");

    /// <summary>The value: given, derived or default. Null where the purpose has no such key.</summary>
    public object? Value(string key)
    {
        Asked.Add(key);
        if (values.TryGetValue(key, out object? value)) return value;
        return values[key] = KeyTable.For(Purpose).TryGetValue(key, out var row) ? Casting.Default(row) : null;
    }
}
