// Decoding of GGUF tensor types: `types.safetensors` with bytes and values, `types.json` with the geometry. Exact.
using System.Text.Json;
using FastTune.Formats;
using FastTune.Kernels.Weights.Gguf;

namespace FastTune.Parity;

internal sealed class GgufTypesArea : IArea
{
    public string Name => "gguf-types";

    public bool HasFoldersBelow => true;

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string tensors = Path.Combine(path, "types.safetensors"), list = Path.Combine(path, "types.json");
        if (!File.Exists(tensors) || !File.Exists(list)) yield break;
        using var json = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            if (!entry.TryGetProperty("block", out _)) continue;
            string name = entry.GetProperty("type").GetString()!;
            int block = entry.GetProperty("block").GetInt32(), bytes = entry.GetProperty("bytes_per_block").GetInt32();
            uint? id = entry.TryGetProperty("id", out var number) ? number.GetUInt32() : null;
            yield return new Case(name, () => Check(tensors, name, id, block, bytes));
        }
    }

    private static Verdict Check(string path, string name, uint? id, int block, int bytes)
    {
        var type = GgufTypes.All.FirstOrDefault(type => type.Name == name);
        if (type is null) return Verdict.Fail("unknown type");
        if (id is { } number && type.Id != number) return Verdict.Fail($"id {type.Id}, {number} was expected");
        if (type.BlockLength != block || type.BlockBytes != bytes) return Verdict.Fail($"blocks of {type.BlockLength} values in {type.BlockBytes} bytes, {block} in {bytes} were expected");
        if (!type.CanDecode) return Verdict.Fail("cannot be decoded yet");
        using var set = Safetensors.Open(path);
        int compared = 0;
        foreach (string kind in new[] { "", "random_" })
        {
            if (!set.Tensors.TryGetValue($"{name}.{kind}bytes", out var stored)) continue;
            var values = new float[set[$"{name}.{kind}dequant"].Count];
            type.Decode(stored.Bytes, values);
            if (Difference(values, set[$"{name}.{kind}dequant"].ToFloats()) is { } where) return Verdict.Fail($"{kind}bytes: {where}");
            compared += values.Length;
        }
        return compared > 0 ? Verdict.Pass(0, $"{compared} values") : Verdict.Fail("no bytes to decode");
    }

    /// <summary>The first place where two lists differ in their bits (any NaN equals any other), or null.</summary>
    internal static string? Difference(float[] actual, float[] expected)
    {
        if (actual.Length != expected.Length) return $"{actual.Length} values, {expected.Length} were expected";
        for (int i = 0; i < actual.Length; i++)
        {
            bool same = BitConverter.SingleToInt32Bits(actual[i]) == BitConverter.SingleToInt32Bits(expected[i]) || (float.IsNaN(actual[i]) && float.IsNaN(expected[i]));
            if (!same) return $"value {i} is {actual[i]:R}, {expected[i]:R} was expected";
        }
        return null;
    }
}
