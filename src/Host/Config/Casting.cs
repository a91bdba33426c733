// A node becomes the value its key asks for: exact casts only, everything else is an error that names key, value and choices.
using System.Numerics;

namespace FastTune.Config;

internal static class Casting
{
    /// <summary>The value of <paramref name="key"/>: null, bool, int, double, string, list of names, list or map.</summary>
    public static object? Cast(Key key, ConfigNode node, string place)
    {
        if (!TryCast(key, node, out object? value)) throw Wrong(key, node, place, Expected(key));
        if (key.Choices.Count == 0) return value;
        foreach (string choice in value is IReadOnlyList<string> names ? names : value is string text ? [text] : [])
        {
            if (!key.Choices.Contains(choice)) throw Wrong(key, node, place, $"one of {string.Join(", ", key.Choices)}");
        }
        return value;
    }

    /// <summary>The default of <paramref name="key"/>, in the same form.</summary>
    public static object? Default(Key key)
    {
        if (key.Default.Length == 0) return null;
        if (!TryCast(key, JsonText.Parse(key.Default, "keys.tsv"), out object? value)) throw new InvalidDataException($"keys.tsv: default of {key.Name}");
        return value;
    }

    private static bool TryCast(Key key, ConfigNode node, out object? value)
    {
        value = null;
        if (key.Types.HasFlag(KeyTypes.Any)) value = node.ToObject();
        else if (node is ScalarNode scalar) return TryScalar(key.Types, scalar, out value);
        else if (node is MapNode map && key.Types.HasFlag(KeyTypes.Map)) value = map.ToObject();
        else if (node is ListNode list && key.Types.HasFlag(KeyTypes.Names)) return TryNames(list, out value);
        else if (node is ListNode items && key.Types.HasFlag(KeyTypes.List)) value = items.ToObject();
        else return false;
        return true;
    }

    private static bool TryScalar(KeyTypes types, ScalarNode scalar, out object? value)
    {
        value = null;
        if (scalar.Value is null) return types.HasFlag(KeyTypes.Null);
        if (types.HasFlag(KeyTypes.Map) && scalar.Value is string json && json.AsSpan().TrimStart().StartsWith("{"))
            value = JsonText.Parse(json, "the text of a map").ToObject();
        else if (scalar.Value is string text && types.HasFlag(KeyTypes.Text)) value = text;
        else if (types.HasFlag(KeyTypes.Bool) && AsBool(scalar) is { } truth) value = truth;
        else if (types.HasFlag(KeyTypes.Int) && AsInt(scalar) is { } whole) value = whole;
        else if (types.HasFlag(KeyTypes.Float) && AsDouble(scalar) is { } real) value = real;
        else if (types.HasFlag(KeyTypes.Text)) value = scalar.Text;
        else if (types.HasFlag(KeyTypes.Names)) value = Split(scalar.Text);
        return value is not null;
    }

    /// <summary>A quoted number or boolean counts as what it spells.</summary>
    private static object? Spelled(ScalarNode scalar) => scalar.Value is string text ? YamlScalar.Resolve(text) : scalar.Value;

    private static bool? AsBool(ScalarNode scalar) => Spelled(scalar) switch
    {
        bool truth => truth,
        0L => false,
        1L => true,
        _ => null,
    };

    private static int? AsInt(ScalarNode scalar) => Spelled(scalar) switch
    {
        long whole when whole is >= int.MinValue and <= int.MaxValue => (int)whole,
        double real when real == Math.Truncate(real) && Math.Abs(real) <= int.MaxValue => (int)real,
        _ => null,
    };

    private static double? AsDouble(ScalarNode scalar) => Spelled(scalar) switch
    {
        long whole => whole,
        BigInteger large => (double)large,
        double real when double.IsFinite(real) => real,
        _ => null,
    };

    private static IReadOnlyList<string> Split(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool TryNames(ListNode list, out object? names)
    {
        bool flat = list.Items.All(item => item is ScalarNode { Value: not null });
        names = flat ? list.Items.Select(item => ((ScalarNode)item).Text.Trim()).ToArray() : null;
        return flat;
    }

    private static UserError Wrong(Key key, ConfigNode node, string place, string expected)
    {
        string shown = node switch
        {
            ScalarNode { Value: null } => "empty",
            ScalarNode scalar => $"'{scalar.Text}'",
            ListNode => "a list",
            _ => "a map",
        };
        return new UserError($"{Place.Of(place, node)}: {key.Name} is {shown}, expected {expected}");
    }

    private static string Expected(Key key)
    {
        if (key.Choices.Count > 0) return $"one of {string.Join(", ", key.Choices)}";
        string[] kinds = [.. Kinds.Where(kind => key.Types.HasFlag(kind.Type)).Select(kind => kind.Words)];
        return string.Join(" or ", kinds) + (key.Types.HasFlag(KeyTypes.Null) ? "" : "; leave the key out for its default");
    }

    private static readonly (KeyTypes Type, string Words)[] Kinds =
    [
        (KeyTypes.Bool, "true or false"),
        (KeyTypes.Int, $"a whole number up to {int.MaxValue}"),
        (KeyTypes.Float, "a number"),
        (KeyTypes.Text, "text"),
        (KeyTypes.Names, "names separated by commas, or a list of them"),
        (KeyTypes.List, "a list"),
        (KeyTypes.Map, "a map or its JSON text"),
    ];
}
