// golden/data/collators.json: features become padded batches.
using System.Text.Json;
using FastTune.Data;
using static FastTune.Parity.Data.GoldenFile;

namespace FastTune.Parity.Data;

internal sealed class Collating : IArea
{
    public string Name => "data";

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        foreach (string file in GoldenFile.Find(path, ["\"label_ignore_index\"", "\"collator\""]))
            foreach (var batch in Read(file).GetProperty("cases").EnumerateArray())
                yield return new Case($"collators/{batch.Text("id")}", () => Check(batch));
    }

    private static Verdict Check(JsonElement golden)
    {
        bool left = golden.TryGetProperty("padding_side", out var side) && side.GetString() == "left";
        int multiple = golden.GetProperty("pad_to_multiple_of").ValueKind == JsonValueKind.Null ? 1 : golden.Int("pad_to_multiple_of");
        var kind = golden.Text("collator") switch
        {
            _ when left => RowKind.Prompts,
            "PairwiseDataCollatorWithPadding" => RowKind.Pairs,
            "KTODataCollatorWithPadding" => RowKind.Feedback,
            "DataCollatorForLanguageModeling" => RowKind.Pretrain,
            _ => RowKind.Supervised,
        };
        int pad = golden.Int("pad_token_id");
        int eos = golden.TryGetProperty("eos_token_id", out var id) ? id.GetInt32() : -1;
        int labelPad = golden.TryGetProperty("label_pad_token_id", out var value) ? value.GetInt32() : Sample.Ignored;
        var collator = new Collator(kind, pad, eos, labelPad, multiple);
        var batch = collator.Collate(golden.GetProperty("features").EnumerateArray().Select(Feature).ToList());
        bool flash = golden.TryGetProperty("attn_implementation", out var attention) && attention.GetString()!.StartsWith("flash", StringComparison.Ordinal);
        return Compare(golden, flash ? batch.TrimPadding() : batch);
    }

    private static Sample Feature(JsonElement feature)
    {
        bool pair = feature.TryGetProperty("chosen_input_ids", out _);
        bool feedback = feature.TryGetProperty("kl_input_ids", out _);
        var ids = feature.Ints(pair ? "chosen_input_ids" : "input_ids");
        string labels = pair ? "chosen_labels" : "labels";
        bool packed = feature.TryGetProperty("position_ids", out var positions);
        return new Sample
        {
            InputIds = ids,
            Labels = feature.TryGetProperty(labels, out var given) ? given.Ints() : ids,
            PositionIds = packed ? positions.Ints() : null,
            SequenceIds = packed ? feature.Ints("attention_mask") : null,
            OtherIds = pair ? feature.Ints("rejected_input_ids") : feedback ? feature.Ints("kl_input_ids") : null,
            OtherLabels = pair ? feature.Ints("rejected_labels") : feedback ? feature.Ints("kl_labels") : null,
            Desired = feature.Flag("kto_tags"),
        };
    }

    private static Verdict Compare(JsonElement golden, Batch batch)
    {
        foreach (var field in golden.GetProperty("batch").EnumerateObject())
        {
            var want = Wanted(golden, field);
            string? difference = field.Name switch
            {
                "input_ids" => Difference(field.Name, Flat(want), batch.InputIds),
                "labels" => Difference(field.Name, Flat(want), batch.Labels),
                "position_ids" => Difference(field.Name, Flat(want), batch.PositionIds),
                "attention_mask" when want.ValueKind == JsonValueKind.Null => batch.SequenceIds.Contains(0) ? "padding is left" : null,
                "attention_mask" when want.ValueKind == JsonValueKind.Object => Attention(want, batch),
                "attention_mask" => Difference(field.Name, Flat(want), batch.SequenceIds),
                "kl_input_ids" => Difference(field.Name, Flat(want), batch.Kl!.InputIds),
                "kl_labels" => Difference(field.Name, Flat(want), batch.Kl!.Labels),
                "kl_attention_mask" => Difference(field.Name, Flat(want), batch.Kl!.SequenceIds),
                "kto_tags" => want.EnumerateArray().Select(tag => tag.GetBoolean()).SequenceEqual(batch.Desired!) ? null : "kto_tags differ",
                _ => $"unknown field {field.Name}",
            };
            if (difference is not null) return Parity.Verdict.Fail(difference);
        }
        return Parity.Verdict.Pass();
    }

    private static string? Attention(JsonElement want, Batch batch)
    {
        int at = 0;
        var may = Flat(want.GetProperty("may_attend"));
        for (int row = 0; row < batch.Rows; row++)
            for (int query = 0; query < batch.Width; query++)
                for (int key = 0; key < batch.Width; key++)
                    if (batch.MayAttend(row, query, key) != (may[at++] != 0)) return $"attention [{row},{query},{key}] differs";
        return at == may.Length ? null : $"attention has {at} places, expected {may.Length}";
    }

    private static int[] Flat(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Flat).ToArray() : [value.GetInt32()];

    private static JsonElement Wanted(JsonElement golden, JsonProperty field) =>
        golden.TryGetProperty("right", out var right) && right.TryGetProperty(field.Name, out var value) ? value : field.Value;
}
