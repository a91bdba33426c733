// Reads fields of a tokenizer's JSON with errors that name the file and the field.
using System.Text.Json;

namespace FastTune.Tokenizers.Files;

/// <summary>One JSON object and where it stands.</summary>
internal readonly record struct JsonPart(JsonElement Element, string Place)
{
    public string Type => Text("type", "");

    public bool Has(string name) => Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public JsonPart Part(string name) => new(Field(name), $"{Place}.{name}");

    public string Text(string name, string? fallback = null) => Has(name)
        ? Field(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Error(name, "a text")
        : fallback ?? throw Error(name, "a text");

    public string? TextOrNull(string name) => Has(name) ? Text(name) : null;

    public bool Flag(string name, bool fallback) => Has(name)
        ? Field(name).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Error(name, "true or false"),
        }
        : fallback;

    public int Number(string name, int? fallback = null) => Has(name)
        ? Field(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) ? number : throw Error(name, "a whole number")
        : fallback ?? throw Error(name, "a whole number");

    /// <summary>The items of an array field; none when it is missing.</summary>
    public IEnumerable<JsonPart> Items(string name)
    {
        if (!Has(name)) yield break;
        var array = Field(name);
        if (array.ValueKind != JsonValueKind.Array) throw Error(name, "a list");
        int index = 0;
        foreach (var item in array.EnumerateArray()) yield return new JsonPart(item, $"{Place}.{name}[{index++}]");
    }

    public UserError Unknown(string what) => new($"{Place} has the {what} '{Type}', which is not known: update FastTune or correct the file");

    public UserError Error(string name, string expected) => new($"{Place}.{name} must be {expected}: correct the file");

    private JsonElement Field(string name) =>
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var value) ? value : throw Error(name, "present");
}
