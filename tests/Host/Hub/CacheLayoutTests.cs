// What a download leaves behind and asks for: the cache of the official tool, file by file and request by request.
using FastTune.Hub;
using Xunit;

namespace FastTune.Tests.Host.Hub;

public class CacheLayoutTests
{
    private static HubWorld World()
    {
        var world = new HubWorld();
        world.Hub.Add("config.json", "{}").Add("sub/a.txt", "hello").Add("model.safetensors", FakeHub.Bytes(300_000), large: true);
        return world;
    }

    [Fact]
    public void A_snapshot_has_the_layout_of_the_official_cache()
    {
        using var world = World();
        var repo = world.Fetch();
        Assert.Equal((world.Snapshot, FakeHub.Commit), (repo.Folder, repo.Revision));
        world.RequireWhole();
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(world.Repository, "refs", "main")));
        Assert.StartsWith("Signature: 8a477f597d28d172789f06886806bc55", File.ReadAllText(Path.Combine(world.Cache, "CACHEDIR.TAG")));
        Assert.Equal($"../../../blobs/{world.Hub.Files["sub/a.txt"].GitSha1}", new FileInfo(Path.Combine(world.Snapshot, "sub", "a.txt")).LinkTarget);
        Assert.Equal($"../../blobs/{world.Hub.Files["model.safetensors"].Sha256}", new FileInfo(Path.Combine(world.Snapshot, "model.safetensors")).LinkTarget);
        Assert.True(File.Exists(Path.Combine(world.Cache, ".locks", "models--org--name", world.Hub.Files["config.json"].GitSha1 + ".lock")));
        string tree = File.ReadAllText(Path.Combine(world.Repository, "trees", FakeHub.Commit + ".json"));
        Assert.Contains("\"format_version\":1", tree);
        Assert.Contains($"\"lfs_sha256\":\"{world.Hub.Files["model.safetensors"].Sha256}\"", tree);
    }

    [Fact]
    public void A_cold_file_is_a_head_and_a_get_a_second_download_is_one_request()
    {
        using var world = World();
        world.Fetch();
        Assert.Equal(["GET", "HEAD"], world.Hub.Requests.Where(request => request.Path.EndsWith("config.json", StringComparison.Ordinal)).Select(request => request.Method).Order());
        Assert.All(world.Hub.Requests, request => Assert.Equal("identity", request.Header("Accept-Encoding")));
        Assert.Single(world.Hub.StorageRequests);
        world.Hub.Forget();
        world.Fetch();
        Assert.Equal([$"/api/models/org/name/revision/main"], world.Hub.Requests.Select(request => request.Target));
    }

    [Fact]
    public void A_commit_that_is_cached_is_no_request()
    {
        using var world = World();
        world.Fetch();
        world.Hub.Forget();
        world.Fetch(revision: FakeHub.Commit);
        Assert.Empty(world.Hub.Requests);
    }

    [Fact]
    public void Offline_opens_no_connection()
    {
        using var world = World();
        world.Fetch();
        world.Hub.Forget();
        world.Settings = world.Settings with { Offline = true };
        Assert.Equal(world.Snapshot, world.Fetch().Folder);
        Assert.Contains("is not in the cache, and offline mode is on", world.Error(name: "org/other"));
        Assert.Contains("is not in the cache", world.Error(revision: "dev"));
        File.Delete(Path.Combine(world.Snapshot, "sub", "a.txt"));
        Assert.Contains("the cache lacks 1 of 3 files (sub/a.txt)", world.Error());
        Assert.Empty(world.Hub.Requests);
    }

    /// <summary>An older official tool leaves no trees/: what lies in the snapshot is what there is.</summary>
    [Fact]
    public void Offline_uses_a_snapshot_that_another_tool_made()
    {
        using var world = World();
        world.Fetch();
        Directory.Delete(Path.Combine(world.Repository, "trees"), recursive: true);
        world.Settings = world.Settings with { Offline = true };
        Assert.Equal(world.Snapshot, world.Fetch(new ModelFiles(RepoId.Parse(RepoKind.Model, "org/name"))).Folder);
        File.Delete(Path.Combine(world.Snapshot, "model.safetensors"));
        Assert.Contains("no weights", world.Error(new ModelFiles(RepoId.Parse(RepoKind.Model, "org/name"))));
    }

    [Fact]
    public void Without_links_the_files_themselves_lie_in_the_snapshot()
    {
        using var world = World();
        world.Settings = world.Settings with { Links = false };
        world.Fetch();
        world.RequireWhole();
        Assert.Null(new FileInfo(Path.Combine(world.Snapshot, "config.json")).LinkTarget);
        Assert.Empty(Directory.GetFiles(Path.Combine(world.Repository, "blobs")));
        world.Hub.Forget();
        world.Fetch();
        Assert.Single(world.Hub.Requests);
    }

    [Fact]
    public void A_blob_that_was_cut_short_is_fetched_again()
    {
        using var world = World();
        world.Fetch();
        string blob = Path.Combine(world.Repository, "blobs", world.Hub.Files["model.safetensors"].Sha256);
        File.WriteAllBytes(blob, FakeHub.Bytes(100));
        world.Fetch();
        world.RequireWhole();
    }

    [Fact]
    public void Refs_that_point_to_a_missing_snapshot_are_no_cache()
    {
        using var world = World();
        Directory.CreateDirectory(Path.Combine(world.Repository, "refs"));
        File.WriteAllText(Path.Combine(world.Repository, "refs", "main"), FakeHub.Commit);
        world.Settings = world.Settings with { Offline = true };
        Assert.Contains("is not in the cache", world.Error());
        File.WriteAllText(Path.Combine(world.Repository, "refs", "main"), "../../..");
        Assert.Contains("no commit of 40 hex digits", world.Error());
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../../../outside.txt")]
    [InlineData("../../refs/main")]
    public void A_link_that_leads_out_of_the_blobs_is_refused(string target)
    {
        using var world = World();
        world.Fetch();
        File.WriteAllText(world.File("outside.txt"), "secret");
        string link = Path.Combine(world.Snapshot, "config.json");
        File.Delete(link);
        File.CreateSymbolicLink(link, target);
        world.Settings = world.Settings with { Offline = true };
        Assert.Contains("is a link that leads out of", world.Error());
    }

    [Fact]
    public void A_folder_of_a_snapshot_that_is_a_link_is_refused()
    {
        using var world = World();
        world.Fetch();
        Directory.Delete(Path.Combine(world.Snapshot, "sub"), recursive: true);
        File.CreateSymbolicLink(Path.Combine(world.Snapshot, "sub"), "/etc");
        Assert.Contains("is a link that leads out of", world.Error());
    }

    [Fact]
    public void Revisions_with_slashes_become_folders_and_renamed_repositories_are_followed()
    {
        using var world = World();
        world.Hub.Revisions["refs/pr/1"] = FakeHub.Commit;
        world.Fetch(revision: "refs/pr/1");
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(world.Repository, "refs", "refs", "pr", "1")));
        Assert.Contains(world.Hub.Requests, request => request.Target.EndsWith("/revision/refs%2Fpr%2F1", StringComparison.Ordinal));
        world.Hub.Fault = request => request.Target.Contains("/old/", StringComparison.Ordinal)
            ? Reply.Empty(307).With("Location", request.Target.Replace("/old/", "/org/", StringComparison.Ordinal)) : null;
        Assert.EndsWith("models--old--name/snapshots/" + FakeHub.Commit, world.Fetch(name: "old/name").Folder);
    }

    [Fact]
    public void A_local_folder_gets_plain_files_and_their_notes()
    {
        using var world = World();
        string target = world.File("here");
        Assert.Equal(target, world.Fetch(localFolder: target).Folder);
        foreach (var (path, file) in world.Hub.Files) Assert.Equal(file.Content, File.ReadAllBytes(Path.Combine(target, path)));
        string[] note = File.ReadAllLines(Path.Combine(target, ".cache", "huggingface", "download", "sub", "a.txt.metadata"));
        Assert.Equal([FakeHub.Commit, world.Hub.Files["sub/a.txt"].GitSha1], note[..2]);
        world.Hub.Forget();
        world.Fetch(localFolder: target);
        Assert.Single(world.Hub.Requests);
        File.WriteAllText(Path.Combine(target, "sub", "a.txt"), "HELLO");
        File.SetLastWriteTimeUtc(Path.Combine(target, "sub", "a.txt"), DateTime.UtcNow.AddMinutes(1));
        world.Fetch(localFolder: target);
        Assert.Equal("hello", File.ReadAllText(Path.Combine(target, "sub", "a.txt")));
    }

    [Fact]
    public void A_blob_is_named_by_its_hash_or_by_the_hash_of_whatever_the_hub_gives()
    {
        Assert.Equal(new string('a', 40), HuggingFaceCache.BlobName(new string('A', 40)));
        Assert.Matches("^[0-9a-f]{64}$", HuggingFaceCache.BlobName("../../etc/passwd"));
        Assert.Matches("^[0-9a-f]{64}$", HuggingFaceCache.BlobName(null));
    }
}
