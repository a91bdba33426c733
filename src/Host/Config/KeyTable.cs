// Every key a recipe may have, from the embedded keys.tsv: type, default, choices and whether FastTune honours it.
using System.Collections.Frozen;

namespace FastTune.Config;

/// <summary>Value kinds a key takes.</summary>
[Flags]
internal enum KeyTypes { Null = 1, Bool = 2, Int = 4, Float = 8, Text = 16, Names = 32, Map = 64, List = 128, Any = 256 }

/// <summary>Used: code reads it. Here: nothing to do, for the reason given. Later: refused unless it asks for nothing. Derived: never set by a recipe.</summary>
internal enum KeyStatus { Used, Here, Later, Derived }

/// <param name="Default">JSON text of the default; empty: required.</param>
/// <param name="Choices">Allowed texts; empty: any.</param>
/// <param name="LaterChoices">Those among them that are not yet supported.</param>
internal sealed record Key(string Name, string Group, KeyTypes Types, string Default, IReadOnlyList<string> Choices,
    IReadOnlyList<string> LaterChoices, KeyStatus Status, string Why);

internal static class KeyTable
{
    private static readonly string[] Everywhere = ["model", "data", "finetuning", "generating"];

    /// <summary>All rows, in file order.</summary>
    public static IReadOnlyList<Key> All { get; } = Load();

    private static readonly FrozenDictionary<Purpose, FrozenDictionary<string, Key>> ByPurpose =
        Enum.GetValues<Purpose>().ToFrozenDictionary(purpose => purpose, ForPurpose);

    /// <summary>The keys a recipe with this purpose may have, by name.</summary>
    public static IReadOnlyDictionary<string, Key> For(Purpose purpose) => ByPurpose[purpose];

    private static FrozenDictionary<string, Key> ForPurpose(Purpose purpose)
    {
        string[] own = purpose switch
        {
            Purpose.Train => ["training", "megatron_bridge"],
            Purpose.Evaluate => ["evaluation"],
            _ => ["infer"],
        };
        string[] groups = [.. Everywhere, .. own];
        return All.Where(key => groups.Contains(key.Group)).ToFrozenDictionary(key => key.Name);
    }

    private static Key[] Load()
    {
        using var stream = typeof(KeyTable).Assembly.GetManifestResourceStream("FastTune.Config.keys.tsv")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Row)];
    }

    private static Key Row(string line)
    {
        string[] cells = line.Split('\t');
        string[] choices = cells[4].Split(" | ");
        string[] later = choices.Length > 1 ? choices[1].Split(' ') : [];
        string[] all = cells[4].Length == 0 ? [] : [.. choices[0].Split(' '), .. later];
        var types = cells[2].Split('|').Aggregate((KeyTypes)0, (sum, name) => sum | Type(name));
        return new Key(cells[0], cells[1], types, cells[3], all, later, Enum.Parse<KeyStatus>(cells[5], ignoreCase: true), cells.Length > 6 ? cells[6] : "");
    }

    private static KeyTypes Type(string name) => name switch
    {
        "null" => KeyTypes.Null,
        "bool" => KeyTypes.Bool,
        "int" => KeyTypes.Int,
        "float" => KeyTypes.Float,
        "str" => KeyTypes.Text,
        "names" => KeyTypes.Names,
        "dict" => KeyTypes.Map,
        "list" => KeyTypes.List,
        "Any" => KeyTypes.Any,
        _ => throw new InvalidDataException($"keys.tsv: unknown type {name}"),
    };
}
