// Compares tokenised rows with those of a golden file, whatever their kind.
using System.Text.Json;
using FastTune.Data;
using static FastTune.Parity.Data.GoldenFile;

namespace FastTune.Parity.Data;

internal static class TokenisedRows
{
    public static Verdict Compare(IReadOnlyList<JsonElement> want, IReadOnlyList<Sample> got, RowKind kind)
    {
        if (want.Count != got.Count) return Parity.Verdict.Fail($"{got.Count} rows, expected {want.Count}");
        for (int row = 0; row < want.Count; row++)
            if (Difference(want[row], got[row], kind) is { } difference) return Parity.Verdict.Fail($"row {row}: {difference}");
        return Parity.Verdict.Pass();
    }

    private static string? Difference(JsonElement want, Sample got, RowKind kind)
    {
        foreach (var field in want.EnumerateObject())
        {
            string? difference = field.Name switch
            {
                "input_ids" or "chosen_input_ids" => GoldenFile.Difference(field.Name, field.Value.Ints(), got.InputIds),
                "labels" when want.TryGetProperty("right_labels", out _) => null,
                "labels" or "right_labels" or "chosen_labels" => GoldenFile.Difference(field.Name, field.Value.Ints(), got.Labels),
                "rejected_input_ids" or "kl_input_ids" => GoldenFile.Difference(field.Name, field.Value.Ints(), got.OtherIds!),
                "rejected_labels" or "kl_labels" => GoldenFile.Difference(field.Name, field.Value.Ints(), got.OtherLabels!),
                "kto_tags" => got.Desired == (field.Value.ValueKind == JsonValueKind.True) ? null : $"kto_tags is {got.Desired}",
                "position_ids" => GoldenFile.Difference(field.Name, field.Value.Ints(), got.PositionIds!),
                "attention_mask" => GoldenFile.Difference(field.Name, field.Value.Ints(), Mask(got)),
                "chosen_attention_mask" => GoldenFile.Difference(field.Name, field.Value.Ints(), Ones(got.InputIds)),
                "rejected_attention_mask" or "kl_attention_mask" => GoldenFile.Difference(field.Name, field.Value.Ints(), Ones(got.OtherIds!)),
                "packing_params" => GoldenFile.Difference(field.Name, field.Value.Ints("sequence_boundaries"), Boundaries(got.SequenceIds!)),
                _ => $"unknown field {field.Name} for {kind}",
            };
            if (difference is not null) return difference;
        }
        return null;
    }

    private static int[] Mask(Sample got) => got.SequenceIds ?? Ones(got.InputIds);

    private static int[] Ones(int[] ids) => Enumerable.Repeat(1, ids.Length).ToArray();

    /// <summary>Starts of the stretches of equal numbers, and the end.</summary>
    private static int[] Boundaries(int[] sequences) =>
        [.. Enumerable.Range(0, sequences.Length).Where(i => i == 0 || sequences[i] != sequences[i - 1]), sequences.Length];
}
