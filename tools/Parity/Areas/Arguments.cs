// Golden area: arguments.json (every argument: type, default, choices) against the table of keys.
using System.Text.Json;
using FastTune.Config;

namespace FastTune.Parity;

internal sealed class Arguments : IArea
{
    public string Name => "arguments";

    public IEnumerable<Case> Find(string path, ParityOptions options) =>
        from document in JsonFiles.At(path)
        from item in JsonFiles.List(document.Root, "arguments", "name", "group", "settable", "type")
        select new Case($"{item.GetProperty("group")}.{item.GetProperty("name")}", () => Check(item));

    private static Verdict Check(JsonElement item)
    {
        string name = item.GetProperty("name").GetString()!, group = item.GetProperty("group").GetString()!;
        var key = KeyTable.All.FirstOrDefault(row => row.Name == name && row.Group == group);
        if (key is null) return Verdict.Fail("not in the table");
        if ((key.Status != KeyStatus.Derived) != item.GetProperty("settable").GetBoolean()) return Verdict.Fail($"status {key.Status}");
        if (Types(item) is var types && types != Loose(key.Types)) return Verdict.Fail($"types {key.Types}, expected {types}");
        if (!SameDefault(key, item)) return Verdict.Fail($"default {key.Default}");
        if (!item.TryGetProperty("choices", out var choices) || key.Types == (KeyTypes.Text | KeyTypes.Null | KeyTypes.Bool)) return Verdict.Pass();
        return key.Choices.Order().SequenceEqual(choices.EnumerateArray().Select(choice => choice.GetString()!).Order())
            ? Verdict.Pass() : Verdict.Fail($"choices {string.Join(" ", key.Choices)}");
    }

    /// <summary>Comma-separated names are text to the reference, which takes lists for them too.</summary>
    private static KeyTypes Loose(KeyTypes types) =>
        types.HasFlag(KeyTypes.Names) ? (types & ~KeyTypes.Names & ~KeyTypes.List) | KeyTypes.Text : types;

    private static KeyTypes Types(JsonElement item)
    {
        string[] names = [.. item.GetProperty("type").EnumerateArray().Select(type => type.GetString()!)];
        var types = names.Aggregate((KeyTypes)0, (sum, name) => sum | name switch
        {
            "null" => KeyTypes.Null,
            "bool" => KeyTypes.Bool,
            "int" => KeyTypes.Int,
            "float" => KeyTypes.Float,
            "str" or "Path" => KeyTypes.Text,
            "dict" => KeyTypes.Map,
            "list" => KeyTypes.List,
            _ => KeyTypes.Any,
        });
        var key = KeyTable.All.First(row => row.Name == item.GetProperty("name").GetString());
        return key.Types.HasFlag(KeyTypes.Names) ? types & ~KeyTypes.List : types;
    }

    private static bool SameDefault(Key key, JsonElement item)
    {
        if (!item.TryGetProperty("default", out var expected)) return key.Default.Length == 0;
        return JsonElement.DeepEquals(expected, JsonDocument.Parse(key.Default).RootElement);
    }
}
