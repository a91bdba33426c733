// fasttune preview on a small recipe: rows, histogram and counts by dataset, in 100 columns, with colours only for a terminal.
using FastTune.Cli;
using FastTune.Tests.Host.Train;
using Xunit;

namespace FastTune.Tests.Host.Cli;

public class PreviewVerbTests
{
    [Fact]
    public void Rows_lengths_and_counts_are_shown_and_nothing_is_written()
    {
        using var run = new TinyRun();
        run.WriteRows([.. Enumerable.Range(0, 20).Select(i => $$"""{"instruction": "Where is number {{i}}?", "output": "{{new string('a', 10 * i)}}"}"""), """{"instruction": "and?"}"""]);
        var (code, output, error) = run.Run("preview", "stage=sft", "cutoff_len=128");
        Assert.True(code == 0, error);
        Assert.Contains("row 1 of 20 (rows.jsonl, row 1)", output);
        Assert.Matches(@"rows: 21 rows read, 1 left out, [1-9]\d* cut to 128 tokens", output);
        Assert.Matches(@"up to +128 █+ \d", output);
        Assert.Contains("⟦", output);
        Assert.Contains("warning: rows.jsonl, row 21 is left out: has no answer", output);
        Assert.DoesNotContain('\u001b', output);
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 100, line));
        Assert.False(Directory.Exists(run.At("out")));
    }

    [Fact]
    public void A_stream_is_shown_by_its_first_rows_and_no_cache_is_kept()
    {
        using var run = new TinyRun();
        var (code, output, error) = run.Run("preview", "stage=sft", "streaming=true");
        Assert.True(code == 0, error);
        Assert.StartsWith("a stream: what follows is of the first 1000 rows", output);
        Assert.Equal(0, run.Run("preview", "stage=sft", $"tokenized_path={run.At("kept")}").Code);
        Assert.False(Directory.Exists(run.At("kept")));
    }

    [Theory]
    [InlineData(true, false, null, true)]
    [InlineData(true, false, "", true)]
    [InlineData(true, false, "1", false)]
    [InlineData(true, true, null, false)]
    [InlineData(false, false, null, false)]
    public void Colours_are_for_a_terminal_that_wants_them(bool interactive, bool redirected, string? noColor, bool colours) =>
        Assert.Equal(colours, PreviewVerb.Colours(interactive, redirected, noColor));
}
