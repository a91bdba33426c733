// Downloads over bad connections: cut at every place, lying lengths, ignored ranges, wrong contents, slow answers.
using FastTune.Hub;
using Xunit;

namespace FastTune.Tests.Host.Hub;

public class TransferTests
{
    private const string Weights = "model.safetensors";
    private const int Size = 1_000_000;

    private static HubWorld World(bool ranged = false)
    {
        var world = new HubWorld();
        world.Hub.Add("config.json", "{}").Add(Weights, FakeHub.Bytes(Size), large: true);
        if (ranged) world.Settings = world.Settings with { RangedAbove = 200_000, RangeBytes = 150_000 };
        return world;
    }

    /// <summary>A storage that misbehaves for its first answers and then is sound.</summary>
    private static Func<Seen, Reply?> First(int times, Func<Seen, Reply> fault)
    {
        int left = times;
        return request => Interlocked.Decrement(ref left) >= 0 ? fault(request) : null;
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Size / 2)]
    [InlineData(Size - 1)]
    public void A_cut_connection_goes_on_where_it_was_cut(int cut)
    {
        using var world = World();
        world.Hub.StorageFault = First(2, request => FakeHub.Content(world.Hub.Files[Weights].Content, request, cut));
        world.Fetch();
        world.RequireWhole();
        Assert.Equal(cut > 0, world.Hub.StorageRequests[1].Range is not null);
        if (cut <= 0) return;
        Assert.Equal(cut, world.Hub.StorageRequests[1].Range!.Value.From);
        Assert.Equal("\"stored\"", world.Hub.StorageRequests[1].Header("If-Range"));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(416)]
    [InlineData(206)]
    public void A_range_that_is_not_honoured_starts_over(int status)
    {
        using var world = World();
        byte[] content = world.Hub.Files[Weights].Content;
        int asked = 0;
        world.Hub.StorageFault = request => Interlocked.Increment(ref asked) switch
        {
            1 => FakeHub.Content(content, request, 400_000),
            2 when status == 206 => new Reply(206, content[300_000..]).With("Content-Range", $"bytes 300000-{Size - 1}/{Size}"),
            2 => new Reply(status, status == 200 ? content : []),
            _ => null,
        };
        world.Fetch();
        world.RequireWhole();
        Assert.Null(world.Hub.StorageRequests[2].Range);
    }

    [Fact]
    public void Wrong_content_is_fetched_once_more_and_never_kept()
    {
        using var world = World();
        world.Hub.StorageFault = request => FakeHub.Content(FakeHub.Bytes(Size, seed: 2), request);
        string message = world.Error();
        Assert.Contains(world.Hub.Files[Weights].Sha256, message);
        Assert.Contains(new FakeFile(FakeHub.Bytes(Size, seed: 2), true).Sha256, message);
        Assert.Equal(2, world.Hub.StorageRequests.Count);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(world.Repository, "blobs")), file => file.Contains(world.Hub.Files[Weights].Sha256, StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(world.Snapshot, Weights)));
    }

    [Fact]
    public void An_ordinary_file_is_held_to_gits_hash()
    {
        using var world = World();
        world.Hub.Fault = request => request.Method == "GET" && request.Path.EndsWith("config.json", StringComparison.Ordinal) ? new Reply(200, "[]"u8.ToArray()) : null;
        Assert.Contains(world.Hub.Files["config.json"].GitSha1, world.Error());
    }

    [Theory]
    [InlineData(Size + 10)]
    [InlineData(Size - 10)]
    public void A_length_other_than_the_listed_one_is_refused(int length)
    {
        using var world = World();
        world.Hub.StorageFault = request => FakeHub.Content(FakeHub.Bytes(length), request);
        Assert.Contains($"the hub lists {Size} bytes, the answer promises {length}", world.Error());
    }

    [Fact]
    public void More_bytes_than_listed_without_a_length_are_not_written()
    {
        using var world = World();
        world.Hub.StorageFault = request => new Reply(200, FakeHub.Bytes(3 * Size)) { Claims = -2 };
        Assert.Contains("more bytes come than", world.Error());
        Assert.True(new FileInfo(Directory.GetFiles(Path.Combine(world.Repository, "blobs"), "*.fasttune.incomplete")[0]).Length <= Size);
    }

    [Fact]
    public void A_promise_that_is_not_kept_goes_on()
    {
        using var world = World();
        world.Hub.StorageFault = First(1, request => new Reply(200, FakeHub.Bytes(Size)[..1000]) { Claims = Size });
        world.Fetch();
        world.RequireWhole();
        Assert.Equal(1000, world.Hub.StorageRequests[1].Range!.Value.From);
    }

    [Fact]
    public void What_came_is_kept_for_the_next_run()
    {
        using var world = World();
        world.Settings = world.Settings with { Retries = 0 };
        world.Hub.StorageFault = request => FakeHub.Content(world.Hub.Files[Weights].Content, request, 600_000);
        Assert.Contains("run the command again to go on", world.Error());
        world.Hub.StorageFault = _ => null;
        world.Hub.Forget();
        world.Fetch();
        world.RequireWhole();
        Assert.Equal(600_000, Assert.Single(world.Hub.StorageRequests).Range!.Value.From);
    }

    /// <summary>The plain names belong to other tools, some of which append to them.</summary>
    [Fact]
    public void Partial_files_of_other_tools_are_left_alone()
    {
        using var world = World();
        string blobs = Path.Combine(world.Repository, "blobs"), theirs = Path.Combine(blobs, world.Hub.Files[Weights].Sha256 + ".incomplete");
        Directory.CreateDirectory(blobs);
        File.WriteAllText(theirs, "theirs");
        world.Fetch();
        Assert.Equal("theirs", File.ReadAllText(theirs));
    }

    [Theory]
    [InlineData("no journal")]
    [InlineData("other content")]
    [InlineData("damaged content")]
    public void A_partial_file_that_cannot_be_trusted_costs_a_new_download_only(string damage)
    {
        using var world = World();
        world.Settings = world.Settings with { Retries = 0 };
        world.Hub.StorageFault = request => FakeHub.Content(world.Hub.Files[Weights].Content, request, 600_000);
        world.Error();
        string partial = Directory.GetFiles(Path.Combine(world.Repository, "blobs"), "*.fasttune.incomplete")[0];
        if (damage == "no journal") File.Delete(partial + ".journal");
        if (damage == "other content") File.WriteAllText(partial + ".journal", File.ReadAllText(partial + ".journal").Replace("\"Size\":1", "\"Size\":2", StringComparison.Ordinal));
        if (damage == "damaged content") File.WriteAllBytes(partial, FakeHub.Bytes(600_000, seed: 3));
        world.Hub.StorageFault = _ => null;
        world.Fetch();
        world.RequireWhole();
    }

    [Fact]
    public void A_large_file_comes_in_parallel_ranges()
    {
        using var world = World(ranged: true);
        world.Fetch();
        world.RequireWhole();
        Assert.Equal(Enumerable.Range(0, 7).Select(number => number * 150_000L), world.Hub.StorageRequests.Select(request => request.Range!.Value.From).Order());
    }

    [Fact]
    public void Complete_ranges_are_not_fetched_again()
    {
        using var world = World(ranged: true);
        world.Settings = world.Settings with { Retries = 0, RangesAtOnce = 1 };
        byte[] content = world.Hub.Files[Weights].Content;
        world.Hub.StorageFault = request => request.Range!.Value.From == 450_000 ? FakeHub.Content(content, request, 10) : null;
        world.Error();
        world.Hub.StorageFault = _ => null;
        world.Hub.Forget();
        world.Fetch();
        world.RequireWhole();
        Assert.Equal([450_000L, 600_000, 750_000, 900_000], world.Hub.StorageRequests.Select(request => request.Range!.Value.From).Order());
    }

    [Fact]
    public void Cut_ranges_go_on_where_they_were_cut()
    {
        using var world = World(ranged: true);
        byte[] content = world.Hub.Files[Weights].Content;
        world.Hub.StorageFault = First(6, request => FakeHub.Content(content, request, 70_000));
        world.Fetch();
        world.RequireWhole();
        Assert.Contains(world.Hub.StorageRequests, request => request.Range!.Value.From % 150_000 == 70_000);
    }

    [Fact]
    public void A_server_without_ranges_gives_a_large_file_in_order()
    {
        using var world = World(ranged: true);
        world.Hub.StorageFault = _ => new Reply(200, world.Hub.Files[Weights].Content);
        world.Fetch();
        world.RequireWhole();
    }

    [Fact]
    public void Wrong_content_in_ranges_is_refused_too()
    {
        using var world = World(ranged: true);
        world.Hub.StorageFault = request => FakeHub.Content(FakeHub.Bytes(Size, seed: 2), request);
        Assert.Contains("twice: not kept", world.Error());
    }

    [Fact]
    public void An_expired_address_is_asked_for_again()
    {
        using var world = World();
        world.Hub.StorageFault = First(1, _ => Reply.Empty(403));
        world.Fetch();
        world.RequireWhole();
        Assert.Equal(3, world.Hub.Requests.Count(request => request.Path.EndsWith(Weights, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_transfer_that_stands_still_is_broken_off_and_goes_on()
    {
        using var world = World();
        world.Settings = world.Settings with { ReadTimeout = TimeSpan.FromSeconds(1) };
        world.Hub.StorageFault = First(1, request => FakeHub.Content(world.Hub.Files[Weights].Content[..5000], request) with { Claims = Size, Stalls = true });
        world.Fetch();
        world.RequireWhole();
        Assert.Equal(5000, world.Hub.StorageRequests[1].Range!.Value.From);
    }

    [Fact]
    public void Compressed_answers_are_refused()
    {
        using var world = World();
        world.Hub.StorageFault = request => FakeHub.Content(world.Hub.Files[Weights].Content, request).With("Content-Encoding", "gzip");
        Assert.Contains("compressed though none was asked for", world.Error());
    }

    /// <summary>A server that never gives more than its first megabytes must not hold us for ever.</summary>
    [Fact]
    public void Attempts_that_get_no_further_end()
    {
        using var world = World();
        world.Hub.StorageFault = request => new Reply(200, world.Hub.Files[Weights].Content) { CutAfter = 500_000 };
        Assert.Contains("run the command again", world.Error());
        Assert.InRange(world.Hub.StorageRequests.Count, 6, 20);
    }

    [Fact]
    public async Task Two_at_once_fetch_a_file_once()
    {
        using var world = World();
        world.Hub.StorageFault = request => FakeHub.Content(world.Hub.Files[Weights].Content, request) with { Delay = TimeSpan.FromMilliseconds(400) };
        await Task.WhenAll(Task.Run(() => world.Fetch()), Task.Run(() => world.Fetch()));
        world.RequireWhole();
        Assert.Single(world.Hub.StorageRequests);
    }

    [Fact]
    public void A_disk_without_room_is_said_before_the_first_byte()
    {
        using var world = World();
        world.Settings = world.Settings with { FreeSpace = _ => 1_000_000 };
        string message = world.Error();
        Assert.Contains("needs 1.0 MB more on the disk", message);
        Assert.Empty(world.Hub.StorageRequests);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_named()
    {
        using var world = World();
        File.WriteAllText(world.File("hub"), "a file where the cache should be");
        Assert.Contains("hub", world.Error());
    }

    [Fact]
    public void A_file_without_a_hash_is_held_to_its_size_and_that_is_said()
    {
        using var world = World();
        world.Hub.Fault = request => request.Path.Contains("/tree/", StringComparison.Ordinal) ? Reply.Json($$"""[{"type":"file","path":"{{Weights}}","size":{{Size}},"oid":"x","lfs":{"size":{{Size}} } }]""")
            : request.Method == "HEAD" ? Reply.Empty(302).With("Location", $"{world.Hub.StorageAddress}{Weights}").With("X-Repo-Commit", FakeHub.Commit).With("ETag", "\"../odd\"") : null;
        world.Fetch();
        Assert.Contains(world.Notes, note => note.Contains("only its size is checked", StringComparison.Ordinal));
        Assert.Equal($"../../blobs/{HuggingFaceCache.BlobName("../odd")}", new FileInfo(Path.Combine(world.Snapshot, Weights)).LinkTarget);
    }
}
