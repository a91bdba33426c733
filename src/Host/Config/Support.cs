// Which of the given keys FastTune honours: unknown ones are named with the nearest, unsupported ones refused, the rest noted.
namespace FastTune.Config;

internal static class Support
{
    /// <summary>The row of a given key, or an error that names the nearest one.</summary>
    public static Key Known(string name, Purpose purpose, string place)
    {
        var keys = KeyTable.For(purpose);
        if (keys.TryGetValue(name, out var key))
        {
            return key.Status != KeyStatus.Derived ? key
                : throw new UserError($"{place}: {name} is worked out from other keys; take it out of the recipe");
        }
        if (KeyTable.All.Any(row => row.Name == name))
            throw new UserError($"{place}: {name} has no meaning for {Verb(purpose)}; take it out of this recipe");
        string? nearest = Nearest.Of(name, keys.Keys);
        throw new UserError($"{place}: unknown key {name}{(nearest is null ? "; see LLaMA-Factory's argument list" : $"; did you mean {nearest}?")}");
    }

    /// <summary>Notes the given keys that ask for something and need no work here.</summary>
    public static void Note(Settings settings)
    {
        foreach (var (key, _) in settings.Given)
        {
            if (key.Status == KeyStatus.Here && Asks(key, settings.Value(key.Name))) settings.Notes.Add($"{key.Name}: nothing to do, {key.Why}");
        }
    }

    /// <summary>Refuses a run of a recipe, however right it is, that asks for what is not yet supported.</summary>
    /// <exception cref="UserError">Names the first such key, where it stands and what is supported.</exception>
    public static void Refuse(Settings settings)
    {
        foreach (var (key, place) in settings.Given) Refuse(key, settings.Value(key.Name), place);
    }

    private static void Refuse(Key key, object? value, string place)
    {
        if (key.Status == KeyStatus.Later && Asks(key, value))
            throw new UserError($"{place}: {key.Name} is not yet supported; take it out or leave it at {Shown(key)}");
        foreach (string later in key.LaterChoices)
        {
            if (value is not string text || text != later) continue;
            string now = string.Join(", ", key.Choices.Except(key.LaterChoices));
            throw new UserError($"{place}: {key.Name} {later} is not yet supported; supported now: {now}");
        }
    }

    private static bool Asks(Key key, object? value) => value is not null && !Same(value, Casting.Default(key));

    private static bool Same(object? left, object? right) => (left, right) switch
    {
        (IReadOnlyList<string> a, IReadOnlyList<string> b) => a.SequenceEqual(b),
        (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => a.SequenceEqual(b),
        (IReadOnlyDictionary<string, object?> a, null) => a.Count == 0,
        _ => Equals(left, right),
    };

    private static string Shown(Key key) => key.Default.Trim('"') is { Length: > 0 } text ? text : "its default";

    private static string Verb(Purpose purpose) => purpose switch
    {
        Purpose.Train => "train",
        Purpose.Export => "export",
        Purpose.Evaluate => "eval",
        _ => "chat",
    };
}
