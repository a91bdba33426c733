// Parts of a rendering as the goldens write them: a string, {"token": x} or {"special": "bos"|"eos"}.
using System.Text.Json;
using FastTune.Templates;

namespace FastTune.Parity;

internal static class GoldenParts
{
    public static List<Part> Read(JsonElement parts) => [.. parts.EnumerateArray().Select(ReadOne).Where(part => part is not { Kind: PartKind.Text, Text: "" })];

    /// <summary>What differs between two lists of parts; null: nothing.</summary>
    public static string? Difference(string what, IReadOnlyList<Part> expected, IReadOnlyList<Part> got)
    {
        if (expected.SequenceEqual(got)) return null;
        return $"{what}: {GoldenJson.Difference(Show(expected), Show(got))}";
    }

    private static Part ReadOne(JsonElement part)
    {
        if (part.ValueKind == JsonValueKind.String) return Part.Of(part.GetString()!);
        if (part.Text("token") is { } token) return new Part(PartKind.Token, token);
        return part.Text("special") switch { "bos" => Part.Bos, "eos" => Part.Eos, _ => Part.Of("") };
    }

    private static string Show(IReadOnlyList<Part> parts) => string.Join(" | ", parts.Select(part => part.Kind == PartKind.Text ? part.Text : $"<{part.Kind} {part.Text}>"));
}
