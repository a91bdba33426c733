// GGUF containers: metadata of every value type and tensors at every alignment, beside JSON files with what they hold.
using System.Globalization;
using System.Text.Json;
using FastTune.Formats;

namespace FastTune.Parity;

internal sealed class GgufContainerArea : IArea
{
    public string Name => "gguf-container";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        if (!Directory.Exists(path)) yield break;
        var expectations = Directory.GetFiles(path, "*.json").Where(IsExpectation).ToArray();
        if (expectations.Length == 0) yield break;
        foreach (string file in Directory.GetFiles(path, "*.gguf").Order(StringComparer.Ordinal))
            yield return new Case(Path.GetFileNameWithoutExtension(file), () => Check(file, expectations));
    }

    private static bool IsExpectation(string path)
    {
        if (!File.Exists(Path.ChangeExtension(path, ".gguf"))) return false;
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        return json.RootElement.ValueKind == JsonValueKind.Object
            && (json.RootElement.TryGetProperty("data_section_offset", out _) || json.RootElement.TryGetProperty("_tensors", out _));
    }

    private static Verdict Check(string path, string[] expectations)
    {
        string own = Path.ChangeExtension(path, ".json");
        if (IsBigEndian(path)) return CheckRefusal(path);
        using var file = GgufFile.Open(path);
        string expectation = expectations.Contains(own) ? own : expectations.First(IsTyped);
        using var json = JsonDocument.Parse(File.ReadAllText(expectation));
        string? wrong = IsTyped(expectation) ? Typed(file, json.RootElement, Path.GetFileName(path)) : Placed(file, json.RootElement);
        return wrong is null ? Verdict.Pass() : Verdict.Fail(wrong);
    }

    private static bool IsTyped(string path) => File.ReadAllText(path).Contains("\"_tensors\"", StringComparison.Ordinal);

    private static bool IsBigEndian(string path)
    {
        byte[] start = File.ReadAllBytes(path)[..8];
        return start[4] == 0 && start[7] != 0;
    }

    private static Verdict CheckRefusal(string path)
    {
        try
        {
            GgufFile.Open(path).Dispose();
            return Verdict.Fail("a big-endian file was read as if it were little-endian");
        }
        catch (UserError error) when (error.Message.Contains("big-endian", StringComparison.Ordinal))
        {
            return Verdict.Pass(0, "refused as big-endian");
        }
    }

    private static string? Typed(GgufFile file, JsonElement expected, string fileName)
    {
        foreach (var entry in expected.EnumerateObject())
        {
            if (entry.Name == "_tensors")
            {
                if (Tensors(file, entry.Value) is { } wrong) return wrong;
            }
            else if (!entry.Name.StartsWith('_') && (!file.Metadata.TryGetValue(entry.Name, out var value) || !SameValue(value, entry.Value)))
                return $"metadata '{entry.Name}' differs";
        }
        if (!expected.TryGetProperty("_nested_array_file", out var nested) || nested.GetProperty("file").GetString() != fileName) return null;
        foreach (var entry in nested.GetProperty("plus").EnumerateObject())
            if (!file.Metadata.TryGetValue(entry.Name, out var value) || !Same(value.Value, entry.Value)) return $"metadata '{entry.Name}' differs";
        return null;
    }

    private static string? Placed(GgufFile file, JsonElement expected)
    {
        if (file.Alignment != expected.GetProperty("alignment").GetInt64()) return $"alignment {file.Alignment}";
        if (file.DataStart != expected.GetProperty("data_section_offset").GetInt64()) return $"data section at {file.DataStart}";
        return Tensors(file, expected.GetProperty("tensors"));
    }

    private static string? Tensors(GgufFile file, JsonElement expected)
    {
        if (file.Tensors.Count != expected.EnumerateObject().Count()) return $"{file.Tensors.Count} tensors";
        foreach (var entry in expected.EnumerateObject())
        {
            if (!file.Tensors.TryGetValue(entry.Name, out var tensor)) return $"tensor '{entry.Name}' is missing";
            if (!tensor.Shape.SequenceEqual(entry.Value.GetProperty("shape_outer_first").EnumerateArray().Select(size => size.GetInt64()))) return $"shape of '{entry.Name}'";
            if (!Same(Values(tensor), entry.Value.GetProperty("values"))) return $"values of '{entry.Name}' ({tensor.Type.Name})";
        }
        return null;
    }

    private static object Values(StoredTensor tensor)
    {
        if (tensor.Type.Name == "F64") return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(tensor.Bytes).ToArray();
        return tensor.Type.Integers is null ? tensor.ToFloats() : tensor.ToLongs();
    }

    private static bool SameValue(GgufValue value, JsonElement expected)
    {
        if (!value.Type.ToString().Equals(expected.GetProperty("type").GetString(), StringComparison.OrdinalIgnoreCase)) return false;
        if (expected.TryGetProperty("item_type", out var item) && !value.Item.ToString().Equals(item.GetString(), StringComparison.OrdinalIgnoreCase)) return false;
        return Same(value.Value, expected.GetProperty("value"));
    }

    private static bool Same(object value, JsonElement expected) => value switch
    {
        GgufValue inner => Same(inner.Value, expected),
        Array items => expected.ValueKind == JsonValueKind.Array && items.Length == expected.GetArrayLength()
            && items.Cast<object>().Zip(expected.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
        string text => expected.ValueKind == JsonValueKind.String && expected.GetString() == text,
        bool flag => expected.ValueKind == (flag ? JsonValueKind.True : JsonValueKind.False),
        float number => (float)expected.GetDouble() == number,
        double number => expected.GetDouble() == number,
        ulong number => expected.GetUInt64() == number,
        _ => expected.GetInt64() == Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };
}
