// The rows after preprocessing and every micro-batch of a run, id for id.
using System.Text.Json;
using FastTune.Data;
using FastTune.Parity.Data;
using FastTune.Train;

namespace FastTune.Parity;

internal static class RunsBatches
{
    public static void Compare(RunsCase golden, PreparedData data, RunsFindings found)
    {
        if (golden.TokenizedPath() is { } tokenized) CompareRows(tokenized, data.TrainRows, found);
        string batches = Path.Combine(golden.Folder, "batches.jsonl");
        if (File.Exists(batches)) CompareBatches(golden, batches, data, found);
    }

    private static void CompareRows(string path, IReadOnlyList<Sample> rows, RunsFindings found)
    {
        var wanted = GoldenJson.Lines(path).ToList();
        if (wanted.Count != rows.Count) found.Differs("rows", $"{rows.Count}, expected {wanted.Count}");
        for (int i = 0; i < Math.Min(wanted.Count, rows.Count); i++)
        {
            found.Exact("rows", GoldenFile.Difference($"row {i} input_ids", wanted[i].Ints("input_ids"), rows[i].InputIds));
            if (wanted[i].Find("labels") is { } labels) found.Exact("rows", GoldenFile.Difference($"row {i} labels", labels.Ints(), rows[i].Labels));
        }
    }

    private static void CompareBatches(RunsCase golden, string path, PreparedData data, RunsFindings found)
    {
        var plan = RunPlan.Create(data.TrainRows.Count, golden.Recipe.Training);
        var feed = new BatchFeed(data, golden.Recipe.Training);
        foreach (var step in GoldenJson.Lines(path).GroupBy(batch => batch.GetProperty("step").GetInt32()))
        {
            IReadOnlyList<Batch> own = feed.Of(plan.Window(step.Key));
            if (own.Count != step.Count()) found.Differs("batches", $"step {step.Key} has {own.Count}, expected {step.Count()}");
            foreach (var (wanted, batch) in step.Zip(own)) found.Exact("batches", Difference(step.Key, wanted, batch));
        }
    }

    private static string? Difference(int step, JsonElement wanted, Batch batch) =>
        GoldenFile.Difference($"step {step} input_ids", Flat(wanted, "input_ids"), batch.InputIds)
        ?? GoldenFile.Difference($"step {step} labels", Flat(wanted, "labels"), batch.Labels)
        ?? Optional(step, wanted, "attention_mask", batch.SequenceIds)
        ?? Optional(step, wanted, "position_ids", batch.PositionIds);

    private static string? Optional(int step, JsonElement wanted, string key, int[] own) =>
        wanted.Find(key) is null ? null : GoldenFile.Difference($"step {step} {key}", Flat(wanted, key), own);

    private static int[] Flat(JsonElement batch, string key) =>
        [.. batch.GetProperty(key).EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => value.GetInt32())];
}
