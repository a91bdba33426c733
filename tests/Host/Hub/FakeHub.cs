// An imitation of the Hugging Face hub: revisions, trees by pages, files, and a storage on a second port for large ones.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FastTune.Tests.Host.Hub;

internal sealed record FakeFile(byte[] Content, bool Large)
{
    public string GitSha1 => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {Content.Length}\0"), .. Content]));
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Content));
    public string Etag => Large ? Sha256 : GitSha1;
}

internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly LocalServer hub, storage;

    public FakeHub()
    {
        hub = new LocalServer(request => Fault(request) ?? Answer(request));
        storage = new LocalServer(request => StorageFault(request) ?? Stored(request));
    }

    public Uri Address => hub.Address;
    public Uri StorageAddress => storage.Address;

    /// <summary>"models/org/name" or "datasets/org/name".</summary>
    public string Repo { get; init; } = "models/org/name";

    public Dictionary<string, FakeFile> Files { get; } = [];
    public Dictionary<string, string> Revisions { get; } = new() { ["main"] = Commit, [Commit] = Commit };
    public int PageSize { get; init; } = 2;

    /// <summary>Answers before the hub does, or null: the hub answers.</summary>
    public Func<Seen, Reply?> Fault { get; set; } = _ => null;
    public Func<Seen, Reply?> StorageFault { get; set; } = _ => null;

    public IReadOnlyList<Seen> Requests => [.. hub.Requests];
    public IReadOnlyList<Seen> StorageRequests => [.. storage.Requests];

    public void Forget()
    {
        hub.Requests.Clear();
        storage.Requests.Clear();
    }

    public FakeHub Add(string path, byte[] content, bool large = false)
    {
        Files[path] = new FakeFile(content, large);
        return this;
    }

    public FakeHub Add(string path, string content) => Add(path, Encoding.UTF8.GetBytes(content));

    public static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void Dispose()
    {
        hub.Dispose();
        storage.Dispose();
    }

    /// <summary>Content from where the request wants it, as servers with ranges answer.</summary>
    public static Reply Content(byte[] content, Seen request, int? cut = null)
    {
        if (request.Range is not { } range) return new Reply(200, content) { CutAfter = cut }.With("ETag", "\"stored\"");
        if (range.From >= content.Length) return Reply.Empty(416);
        long to = Math.Min(range.To ?? long.MaxValue, content.Length - 1);
        return new Reply(206, content[(int)range.From..((int)to + 1)]) { CutAfter = cut }.With("ETag", "\"stored\"").With("Content-Range", $"bytes {range.From}-{to}/{content.Length}");
    }

    public Reply Answer(Seen request)
    {
        string api = $"/api/{Repo}/", files = Repo.StartsWith("models/", StringComparison.Ordinal) ? $"/{Repo["models/".Length..]}/resolve/" : $"/{Repo}/resolve/";
        if (request.Path == $"{api}refs") return Reply.Json(JsonSerializer.Serialize(new { branches = Revisions.Keys.Select(name => new { name }) }));
        if (request.Path.StartsWith($"{api}revision/", StringComparison.Ordinal))
            return Revisions.TryGetValue(Uri.UnescapeDataString(request.Path[$"{api}revision/".Length..]), out string? sha)
                ? Reply.Json(JsonSerializer.Serialize(new { id = "org/name", sha })) : Reply.Empty(404).With("X-Error-Code", "RevisionNotFound");
        if (request.Path == $"{api}tree/{Commit}") return Tree(request);
        if (request.Path.StartsWith(files, StringComparison.Ordinal)) return File(request, request.Path[files.Length..]);
        return Reply.Empty(404).With("X-Error-Code", "RepoNotFound").With("X-Error-Message", "Repository not found");
    }

    public object Entry(string path, FakeFile file) => file.Large
        ? new { type = "file", path, size = file.Content.Length, oid = file.GitSha1, lfs = new { oid = file.Sha256, size = file.Content.Length, pointerSize = 134 } }
        : new { type = "file", path, size = file.Content.Length, oid = file.GitSha1 };

    private Reply Tree(Seen request)
    {
        int page = request.Target.Contains("cursor=") ? int.Parse(request.Target.Split("cursor=")[1]) : 0;
        var entries = Files.Skip(page * PageSize).Take(PageSize).Select(file => Entry(file.Key, file.Value));
        var reply = Reply.Json(JsonSerializer.Serialize(entries));
        bool more = (page + 1) * PageSize < Files.Count;
        return more ? reply.With("Link", $"<{Address}api/{Repo}/tree/{Commit}?recursive=true&expand=false&cursor={page + 1}>; rel=\"next\"") : reply;
    }

    private Reply File(Seen request, string rest)
    {
        string path = string.Join('/', rest.Split('/').Skip(1).Select(Uri.UnescapeDataString));
        if (!Files.TryGetValue(path, out var file)) return Reply.Empty(404).With("X-Error-Code", "EntryNotFound").With("X-Repo-Commit", Commit);
        if (file.Large)
            return Reply.Empty(302).With("Location", $"{StorageAddress}{path}?signature=secret").With("X-Repo-Commit", Commit)
                .With("X-Linked-Etag", $"\"{file.Etag}\"").With("X-Linked-Size", file.Content.Length);
        var reply = request.Method == "HEAD" ? new Reply(200, []).With("Content-Length", file.Content.Length) : Content(file.Content, request);
        reply.Headers.RemoveAll(header => header.Name == "ETag");
        return reply.With("ETag", $"\"{file.Etag}\"").With("X-Repo-Commit", Commit);
    }

    private Reply Stored(Seen request) => Files.TryGetValue(Uri.UnescapeDataString(request.Path[1..]), out var file) ? Content(file.Content, request) : Reply.Empty(403);
}
