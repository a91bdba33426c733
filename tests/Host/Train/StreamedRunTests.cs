// Runs on a stream: they train as others do, pass after pass, resume to the same bits, and say what a stream cannot do.
using FastTune.Train.State;
using Xunit;

namespace FastTune.Tests.Host.Train;

public class StreamedRunTests
{
    private static readonly string[] Stream = ["streaming=true", "stage=sft", "buffer_size=8", "per_device_train_batch_size=4", "gradient_accumulation_steps=2"];

    /// <summary>30 rows are 7.5 batches and 4 steps a pass, so that 10 steps cross two ends.</summary>
    [Fact]
    public void Resuming_in_a_later_pass_gives_the_bits_of_the_uninterrupted_run()
    {
        using TinyRun whole = new(), parts = new();
        string[] settings = [.. Stream, "max_steps=10", "save_steps=1", "save_total_limit=5"];
        var (code, _, error) = whole.Run("train", settings);
        Assert.True(code == 0, error);
        Assert.Contains("a stream of examples, 10 steps", error);
        Assert.Equal(0, parts.Run("train", settings).Code);
        foreach (int step in new[] { 8, 9, 10 }) Directory.Delete(parts.At("out", $"checkpoint-{step}"), recursive: true);
        (code, _, error) = parts.Run("train", settings);
        Assert.True(code == 0, error);
        Assert.Contains("checkpoint-7", error);
        Assert.Equal(File.ReadAllBytes(whole.At("out", "model.safetensors")), File.ReadAllBytes(parts.At("out", "model.safetensors")));
        Assert.Equal(10, TrainerState.Read(parts.At("out")).Series("loss").Count);
    }

    /// <summary>Without shuffling and with whole batches, the stream's rows are those of the set in memory.</summary>
    [Fact]
    public void An_unshuffled_stream_trains_as_the_rows_in_memory_do()
    {
        using var run = new TinyRun();
        string[] settings = ["stage=sft", "per_device_train_batch_size=5", "max_steps=9", "save_strategy=no", "disable_shuffling=true"];
        Assert.Equal(0, run.Run("train", settings).Code);
        Assert.Equal(0, run.Run("train", [.. settings, "streaming=true", $"output_dir={run.At("streamed")}"]).Code);
        Assert.Equal(TrainerState.Read(run.At("out")).Series("loss"), TrainerState.Read(run.At("streamed")).Series("loss"));
    }

    [Fact]
    public void Rows_are_held_out_for_evaluation()
    {
        using var run = new TinyRun();
        var (code, _, error) = run.Run("train", [.. Stream, "max_steps=4", "val_size=6", "eval_strategy=steps", "eval_steps=2", "save_strategy=no"]);
        Assert.True(code == 0, error);
        Assert.Equal(2, TrainerState.Read(run.At("out")).Series("eval_loss").Count);
    }

    [Fact]
    public void A_bad_row_stops_the_run_where_it_is_met_and_warnings_come_while_it_is_read()
    {
        using var run = new TinyRun();
        string[] rows = [.. Enumerable.Range(0, 40).Select(i => $$"""{"instruction": "q{{i}}", "output": "a"}""")];
        run.WriteRows([.. rows, """{"instruction": "no answer"}"""]);
        var (code, _, error) = run.Run("train", [.. Stream, "max_steps=8", "save_strategy=no", "preprocessing_batch_size=10"]);
        Assert.True(code == 0, error);
        Assert.Single(error.Split('\n'), line => line == "note: rows.jsonl, row 41 is left out: has no answer");
        run.WriteRows([.. rows, "{broken"]);
        (code, _, error) = run.Run("train", [.. Stream, "max_steps=8", "preprocessing_batch_size=10", "overwrite_output_dir=true"]);
        Assert.Equal(1, code);
        Assert.Contains("rows.jsonl, row 41: not valid JSON", error);
    }

    [Theory]
    [InlineData("max_steps=-1", "streaming needs max_steps")]
    [InlineData("save_strategy=epoch", "streaming has no epochs")]
    [InlineData("train_sampling_strategy=group_by_length", "streaming never has all lengths")]
    [InlineData("tokenized_path=kept", "streaming reads nothing ahead")]
    [InlineData("val_size=0.1", "streaming cannot split off a share")]
    [InlineData("per_device_train_batch_size=50 dataloader_drop_last=true", "does not fill one batch of 50")]
    public void What_a_stream_cannot_do_is_one_line(string settings, string part)
    {
        using var run = new TinyRun();
        var (code, _, error) = run.Run("train", [.. Stream, .. settings.Split(' ')]);
        Assert.Equal(1, code);
        Assert.Contains(part, error);
    }
}
