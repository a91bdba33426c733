// Golden area: config_reading.json (recipe text and overrides → values).
using System.Numerics;
using System.Text.Json;
using FastTune.Config;

namespace FastTune.Parity;

internal sealed class ConfigReading : IArea
{
    public string Name => "config_reading";

    public IEnumerable<Case> Find(string path, ParityOptions options) =>
        from document in JsonFiles.At(path)
        from item in JsonFiles.List(document.Root, "cases", "file_name", "content", "overrides")
        select new Case(item.GetProperty("id").GetString()!, () => Check(item, options.Scratch));

    private static Verdict Check(JsonElement item, string scratch)
    {
        var right = item.TryGetProperty("right", out var ours) ? ours : item;
        string file = Path.Combine(Directory.CreateDirectory(Path.Combine(scratch, Guid.NewGuid().ToString("N"))).FullName, item.GetProperty("file_name").GetString()!);
        File.WriteAllText(file, item.GetProperty("content").GetString());
        string[] overrides = [.. item.GetProperty("overrides").EnumerateArray().Select(text => text.GetString()!)];
        object? values;
        try
        {
            values = RawRecipe.Read(RecipeArguments.Parse([file, .. overrides])).ToObject();
        }
        catch (UserError error)
        {
            return right.TryGetProperty("error", out _) ? Verdict.Pass() : Verdict.Fail(error.Message);
        }
        if (!right.TryGetProperty("values", out var expected)) return Verdict.Fail("accepted, the reference refuses it");
        string? difference = Difference(expected, values, "");
        return difference is null ? Verdict.Pass() : Verdict.Fail(difference);
    }

    /// <summary>Where <paramref name="actual"/> differs from the golden first, or null.</summary>
    public static string? Difference(JsonElement expected, object? actual, string at)
    {
        if (expected.ValueKind == JsonValueKind.Object && expected.TryGetProperty("not_finite", out var kind))
        {
            double number = kind.GetString() switch { "nan" => double.NaN, "inf" => double.PositiveInfinity, _ => double.NegativeInfinity };
            return actual is double real && real.Equals(number) ? null : $"{at}: {actual}, expected {kind}";
        }
        return (expected.ValueKind, actual) switch
        {
            (JsonValueKind.Object, IReadOnlyDictionary<string, object?> map) => Maps(expected, map, at),
            (JsonValueKind.Array, IReadOnlyList<object?> list) => Lists(expected, list, at),
            _ => Scalar(expected, actual) ? null : $"{at}: {actual ?? "null"} ({actual?.GetType().Name}), expected {expected.GetRawText()}",
        };
    }

    private static string? Maps(JsonElement expected, IReadOnlyDictionary<string, object?> actual, string at)
    {
        string[] names = [.. expected.EnumerateObject().Select(item => item.Name)];
        if (names.Length != actual.Count) return $"{at}: keys {string.Join(",", actual.Keys)}, expected {string.Join(",", names)}";
        foreach (string name in names)
        {
            if (!actual.TryGetValue(name, out object? value)) return $"{at}.{name} is missing";
            if (Difference(expected.GetProperty(name), value, $"{at}.{name}") is { } difference) return difference;
        }
        return null;
    }

    private static string? Lists(JsonElement expected, IReadOnlyList<object?> actual, string at)
    {
        if (expected.GetArrayLength() != actual.Count) return $"{at}: {actual.Count} items, expected {expected.GetArrayLength()}";
        return actual.Select((value, i) => Difference(expected[i], value, $"{at}[{i}]")).FirstOrDefault(difference => difference is not null);
    }

    private static bool Scalar(JsonElement expected, object? actual) => (expected.ValueKind, actual) switch
    {
        (JsonValueKind.Null, null) => true,
        (JsonValueKind.True, true) or (JsonValueKind.False, false) => true,
        (JsonValueKind.String, string text) => text == expected.GetString(),
        (JsonValueKind.Number, long or int or BigInteger) => expected.GetRawText() == actual.ToString(),
        (JsonValueKind.Number, double real) => expected.GetRawText().AsSpan().ContainsAny(".eE") && expected.GetDouble().Equals(real),
        _ => false,
    };
}
