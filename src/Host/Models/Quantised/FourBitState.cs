// The JSON beside a 4-bit weight: `quant_state.bitsandbytes__nf4`.
using System.Text.Json;

namespace FastTune.Models;

/// <summary>Double quantisation of the scales.</summary>
internal sealed record NestedState(int BlockSize, float Offset);

/// <param name="Kind">`NF4` or `FP4`.</param>
/// <param name="BlockSize">Values that share a scale.</param>
/// <param name="Nested">Null for plain fp32 scales.</param>
internal sealed record FourBitState(string Kind, int BlockSize, IReadOnlyList<long> Shape, NestedState? Nested)
{
    private const int LargestBlock = 1 << 16;

    /// <exception cref="FormatException">A value that makes no sense.</exception>
    public static FourBitState Read(JsonElement json)
    {
        string kind = json.GetProperty("quant_type").GetString() switch
        {
            "nf4" => "NF4",
            "fp4" => "FP4",
            var other => throw new FormatException($"quant_type is '{other}'"),
        };
        long[] shape = [.. json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        if (shape.Length != 2 || shape.Any(size => size is < 0 or > int.MaxValue)) throw new FormatException("shape is not [out, in]");
        NestedState? nested = json.TryGetProperty("nested_blocksize", out JsonElement size)
            ? new NestedState(Block(size), (float)json.GetProperty("nested_offset").GetDouble()) : null;
        return new FourBitState(kind, Block(json.GetProperty("blocksize")), shape, nested);
    }

    private static int Block(JsonElement size) =>
        size.GetInt32() is var block && block is >= 2 and <= LargestBlock && int.IsPow2(block) ? block : throw new FormatException($"a block has {block} values");
}
