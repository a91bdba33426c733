// The calls of the Hugging Face hub that reading needs: revision, tree (by pages), branches, and the head of a file.
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FastTune.Hub;

/// <summary>What the head of a file says.</summary>
/// <param name="Etag">Without W/ and quotes.</param>
internal sealed record FileHead(string Commit, string? Etag, long? Size);

/// <summary>Answers are checked before they are believed: types, sizes, hex digits, and addresses of further pages.</summary>
internal sealed partial class HuggingFaceApi(HubSettings settings, HubHttp http)
{
    private const int MostPages = 1000;

    private readonly Attempts attempts = new(settings);

    public Credentials? Credentials { get; } = settings.HuggingFaceToken is { } token
        ? new Credentials(settings.HuggingFace, [("Authorization", $"Bearer {token.Text}")]) : null;

    /// <summary>The commit that a revision means.</summary>
    /// <exception cref="RevisionMissing">There is none.</exception>
    public async Task<string> Commit(RepoId id, string revision, CancellationToken cancel)
    {
        var (root, _) = await Json(id, new Uri(settings.HuggingFace, $"api/{id.Plural}/{id.Name}/revision/{Uri.EscapeDataString(revision)}"), cancel).ConfigureAwait(false);
        string? sha = JsonField.Text(root, "sha");
        return sha is not null && RepoId.IsCommit(sha) ? sha : throw Odd("no commit of 40 hex digits in the answer");
    }

    /// <summary>All files of a commit, folders walked by the server.</summary>
    public async Task<IReadOnlyList<RemoteFile>> Tree(RepoId id, string commit, CancellationToken cancel)
    {
        var files = new List<RemoteFile>();
        Uri? page = new(settings.HuggingFace, $"api/{id.Plural}/{id.Name}/tree/{commit}?recursive=true&expand=false");
        for (int pages = 0; page is not null; pages++)
        {
            if (pages == MostPages) throw Odd($"more than {MostPages} pages of files");
            var (root, next) = await Json(id, page, cancel).ConfigureAwait(false);
            if (root.ValueKind != JsonValueKind.Array) throw Odd("the list of files is no list");
            foreach (var entry in root.EnumerateArray())
            {
                if (JsonField.Text(entry, "type") != "file") continue;
                files.Add(Entry(entry));
                if (files.Count > Listing.MostFiles) throw Listing.TooMany(id);
            }
            page = next;
        }
        return files;
    }

    /// <summary>Branch and tag names, for a hint; empty when they cannot be had.</summary>
    public async Task<IReadOnlyList<string>> Revisions(RepoId id, CancellationToken cancel)
    {
        try
        {
            var (root, _) = await Json(id, new Uri(settings.HuggingFace, $"api/{id.Plural}/{id.Name}/refs"), cancel).ConfigureAwait(false);
            return [.. new[] { "branches", "tags" }.SelectMany(kind => root.TryGetProperty(kind, out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(item => JsonField.Text(item, "name")).OfType<string>() : []).Take(1000)];
        }
        catch (Exception error) when (error is UserError or HubUnreachable or RevisionMissing or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>The head of a file, redirects to the storage not followed.</summary>
    public Task<FileHead> Head(RepoId id, string commit, string path, CancellationToken cancel) => attempts.Run(async () =>
    {
        using var answer = await http.Send(new HubRequest(HttpMethod.Head, FileUrl(id, commit, path), Credentials, StayHome: true), cancel).ConfigureAwait(false);
        if ((int)answer.StatusCode is < 300 or >= 400) HuggingFaceErrors.Check(answer, id, settings);
        string at = HuggingFaceErrors.Header(answer, "X-Repo-Commit") ?? throw Odd("no X-Repo-Commit in the answer");
        string? etag = HuggingFaceErrors.Header(answer, "X-Linked-Etag") ?? HuggingFaceErrors.Header(answer, "ETag");
        string? size = HuggingFaceErrors.Header(answer, "X-Linked-Size") ?? HuggingFaceErrors.Header(answer, "Content-Length");
        return new FileHead(at, Bare(etag), long.TryParse(size, out long bytes) && bytes >= 0 ? bytes : null);
    }, cancel);

    /// <summary>Where the bytes of a file are asked for; the hub redirects to its storage.</summary>
    public Uri FileUrl(RepoId id, string commit, string path) => new(settings.HuggingFace,
        $"{(id.Kind == RepoKind.Dataset ? "datasets/" : "")}{id.Name}/resolve/{Uri.EscapeDataString(commit)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    private Task<(JsonElement Root, Uri? Next)> Json(RepoId id, Uri url, CancellationToken cancel) => attempts.Run(async () =>
    {
        using var answer = await http.Send(new HubRequest(HttpMethod.Get, url, Credentials), cancel).ConfigureAwait(false);
        HuggingFaceErrors.Check(answer, id, settings);
        var root = await HubBody.Json(answer, settings, cancel).ConfigureAwait(false);
        return (root, Next(answer, url));
    }, cancel);

    private Uri? Next(HttpResponseMessage answer, Uri url)
    {
        if (HuggingFaceErrors.Header(answer, "Link") is not { } link || NextLink().Match(link) is not { Success: true } match) return null;
        return Uri.TryCreate(url, match.Groups[1].Value, out var next) && Credentials.SameOrigin(next, settings.HuggingFace)
            ? next : throw Odd("the list of files goes on at another host");
    }

    private RemoteFile Entry(JsonElement entry)
    {
        string path = JsonField.Text(entry, "path") ?? throw Odd("a file without a path");
        string? blob = JsonField.Text(entry, "oid");
        if (entry.TryGetProperty("lfs", out var large) && large.ValueKind == JsonValueKind.Object)
            return new RemoteFile(path, JsonField.Size(large, "size") ?? JsonField.Size(entry, "size") ?? throw Odd($"no size of {path}"), blob, Digest.OfSha256(JsonField.Text(large, "oid")));
        var digest = Digest.Of(blob);
        return new RemoteFile(path, JsonField.Size(entry, "size") ?? throw Odd($"no size of {path}"), blob, digest is { IsGit: true } ? digest : null);
    }

    private static string? Bare(string? etag)
    {
        if (etag is null) return null;
        etag = etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag;
        return etag.Trim('"') is { Length: > 0 } bare ? bare : null;
    }

    private UserError Odd(string what) =>
        new($"{settings.HuggingFace.Host}: {what}: this is not a hub, or a proxy changes its answers; check HF_ENDPOINT and the network");

    [GeneratedRegex("""<([^<>]{1,4096})>\s*;\s*rel="?next"?""")]
    private static partial Regex NextLink();
}
