// The data door on small datasets: what is trained, what is left out, what stops the run.
using FastTune.Data;
using Xunit;

namespace FastTune.Tests.Host.Data;

public sealed class DatasetLoaderTests
{
    private const string Talk = ", \"formatting\": \"sharegpt\"";

    [Fact]
    public void Messages_choose_what_is_trained()
    {
        using var folder = new DataFolder().Entry("d.jsonl", Talk).With("d.jsonl", """
            {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a", "loss": false}, {"from": "human", "value": "r"}, {"from": "gpt", "value": "b"}]}
            {"conversations": [{"from": "human", "value": "q", "weight": 1}, {"from": "gpt", "value": "a", "weight": 0}]}
            """);
        var rows = folder.Load().TrainRows;
        Assert.Equal("qarB", DataFolder.Text(rows[0]));
        Assert.Equal("Qa", DataFolder.Text(rows[1]));
    }

    [Fact]
    public void A_weight_that_cannot_be_kept_stops_with_file_row_and_column()
    {
        using var folder = new DataFolder().Entry("d.jsonl", Talk).With("d.jsonl",
            """{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a", "weight": 0.5}]}""");
        var error = Assert.Throws<UserError>(() => folder.Load());
        Assert.StartsWith("d.jsonl, row 1, column 'conversations'", error.Message);
    }

    [Fact]
    public void Rows_without_a_trained_token_are_counted_and_kept()
    {
        using var folder = new DataFolder().Entry("d.jsonl", Talk).With("d.jsonl", """
            {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a", "loss": 0}]}
            {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}
            """);
        var prepared = folder.Load();
        Assert.Equal(2, prepared.TrainRows.Count);
        Assert.Equal(1, prepared.Reports[0].Untrained);
        Assert.Contains(prepared.Warnings, line => line.StartsWith("d.jsonl, row 1 has no trained token", StringComparison.Ordinal));
        var strict = Assert.Throws<UserError>(() => folder.Load(change: data => data with { StrictLabels = true }));
        Assert.StartsWith("d.jsonl, row 1 has no trained token", strict.Message);
    }

    [Fact]
    public void No_trained_token_at_all_stops_the_run()
    {
        using var folder = new DataFolder().Entry("d.jsonl", Talk)
            .With("d.jsonl", """{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a", "loss": false}]}""");
        Assert.Contains("no row has a trained token", Assert.Throws<UserError>(() => folder.Load()).Message);
    }

    [Fact]
    public void Keys_may_change_type_between_rows_where_nothing_reads_them()
    {
        using var folder = new DataFolder().Entry("d.jsonl").With("d.jsonl", """
            {"instruction": "q", "input": null, "output": "a", "id": 1}
            {"instruction": "q", "output": "b", "id": {"x": [1]}}
            """);
        Assert.Equal(["qA", "qB"], folder.Load().TrainRows.Select(DataFolder.Text));
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        string rows = string.Concat(Enumerable.Range(0, 500).Select(i => $"{{\"instruction\": \"q{i}\", \"output\": \"{new string('a', i % 40)}\"}}\n"));
        using var folder = new DataFolder().Entry("d.jsonl").With("d.jsonl", rows);
        IEnumerable<string> With(int threads) => folder.Load(change: data => data with { PreprocessingNumWorkers = threads, Packing = true, PreprocessingBatchSize = 70 })
            .TrainRows.Select(DataFolder.Text);
        Assert.Equal(With(1), With(3));
    }

    [Fact]
    public void A_stream_gives_the_rows_of_the_file_in_an_order_of_its_own_each_epoch()
    {
        string rows = string.Concat(Enumerable.Range(0, 300).Select(i => $"{{\"instruction\": \"q{i}\", \"output\": \"a\"}}\n"));
        using var folder = new DataFolder().Entry("d.jsonl").With("d.jsonl", rows);
        var prepared = folder.Load(change: data => data with { Streaming = true, BufferSize = 50 });
        var whole = folder.Load().TrainRows.Select(DataFolder.Text).Order().ToList();
        var first = prepared.TrainStream!(0).Select(DataFolder.Text).ToList();
        Assert.Equal(whole, first.Order());
        Assert.Equal(first, prepared.TrainStream(0).Select(DataFolder.Text));
        Assert.NotEqual(first, prepared.TrainStream(1).Select(DataFolder.Text));
    }

    [Theory]
    [InlineData("{\"instruction\": \"q\"", "d.json, row 1: not valid JSON")]
    [InlineData("[{\"instruction\": \"q\", \"output\": \"a\"}", "d.json, row 1: the list is not closed")]
    [InlineData("[{\"instruction\": \"q\", \"output\": \"a\"} {}]", "d.json, row 1: a comma is missing after it")]
    [InlineData("[{\"instruction\": \"q\", \"output\": \"a\"}] x", "d.json, row 1: something follows the end of the list")]
    [InlineData("[{\"instruction\": nope}]", "d.json, row 1: not valid JSON")]
    public void Broken_json_names_file_and_row(string content, string message)
    {
        using var folder = new DataFolder().Entry("d.json").With("d.json", content);
        string got = Assert.Throws<UserError>(() => folder.Load()).Message;
        Assert.StartsWith(message, got);
        Assert.DoesNotContain('\n', got);
    }

    [Fact]
    public void A_row_larger_than_the_read_window_is_read_and_deep_nesting_is_refused()
    {
        string text = new('x', 700_000);
        using var folder = new DataFolder().Entry("d.json").With("d.json", $"\uFEFF[{{\"instruction\": \"{text}\", \"output\": \"a\"}},\n {{\"instruction\": \"q\", \"output\": \"b\"}}]");
        Assert.Equal(2, folder.Load().TrainRows.Count);
        folder.With("d.json", "{\"instruction\": \"q\", \"output\": \"a\", \"x\": " + new string('[', 5000) + new string(']', 5000) + "}");
        Assert.StartsWith("d.json, row 1: not valid JSON", Assert.Throws<UserError>(() => folder.Load()).Message);
    }
}
