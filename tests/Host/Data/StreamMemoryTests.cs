// A stream's memory does not grow with its file.
using FastTune.Data;
using Xunit;

namespace FastTune.Tests.Host.Data;

[CollectionDefinition(nameof(StreamMemoryTests), DisableParallelization = true)]
[Collection(nameof(StreamMemoryTests))]
public sealed class StreamMemoryTests
{
    /// <summary>What is alive after most of a stream was used: a file eight times as large keeps no more.</summary>
    [Fact]
    public void What_a_stream_keeps_does_not_depend_on_the_files_length()
    {
        long small = Alive(2_000), large = Alive(16_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"alive after 2,000 rows: {small / 1e6:F1} MB, after 16,000: {large / 1e6:F1} MB");
        Assert.True(large < small + 4e6, $"{small} and {large} bytes");
    }

    private static long Alive(int rows)
    {
        using var folder = new DataFolder().Entry("d.jsonl");
        string answer = new('a', 1500);
        File.WriteAllLines(Path.Combine(folder.Path, "d.jsonl"), Enumerable.Range(0, rows).Select(i => $"{{\"instruction\": \"q{i}\", \"output\": \"{answer}\"}}"));
        var stream = folder.Load(change: data => data with { Streaming = true, BufferSize = 100, PreprocessingBatchSize = 100, CutoffLen = 1024 }).TrainStream!;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using var samples = stream(0).GetEnumerator();
        for (int i = 0; i < rows - 200; i++) Assert.True(samples.MoveNext());
        long alive = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(samples);
        return alive;
    }
}
