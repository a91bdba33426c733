// A stream holds its shuffle buffer and the group in work, whatever the length of its file.
using System.Runtime.CompilerServices;
using FastTune.Data;
using Xunit;

namespace FastTune.Tests.Host.Data;

public sealed class StreamMemoryTests
{
    private const int Rows = 4_000, Buffer = 100, Group = 50;

    [Fact]
    public void Rows_are_read_shortly_before_they_are_used_and_let_go_of_after()
    {
        using var folder = new DataFolder().Entry("d.jsonl");
        File.WriteAllLines(Path.Combine(folder.Path, "d.jsonl"), Enumerable.Range(0, Rows).Select(i => $"{{\"instruction\": \"q{i}\", \"output\": \"a\"}}"));
        var prepared = folder.Load(change: data => data with { Streaming = true, BufferSize = Buffer, PreprocessingBatchSize = Group });
        using var samples = prepared.TrainStream!(0).GetEnumerator();
        var used = Use(samples, Rows / 2);
        Assert.InRange(prepared.Reports[0].Read, Rows / 2, Rows / 2 + Buffer + 2 * Group);
        GC.Collect();
        Assert.InRange(used.Count(sample => sample.TryGetTarget(out _)), 0, Buffer + 2 * Group);
        GC.KeepAlive(samples);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference<Sample>> Use(IEnumerator<Sample> samples, int count)
    {
        var used = new List<WeakReference<Sample>>(count);
        while (used.Count < count && samples.MoveNext()) used.Add(new WeakReference<Sample>(samples.Current));
        return used;
    }
}
