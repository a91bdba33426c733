// The calls of ModelScope that reading needs: the list of files (models by folder, datasets by page), revisions, addresses of files.
using System.Security.Cryptography;
using System.Text.Json;

namespace FastTune.Hub;

/// <summary>Every answer is an envelope {Code, Success, Message, Data}, whatever its HTTP status.</summary>
internal sealed class ModelScopeApi
{
    private const int CutAt = 3000, PageSize = 200, MostCalls = 2000, Deepest = 32;

    private readonly HubSettings settings;
    private readonly HubHttp http;
    private readonly Attempts attempts;

    public ModelScopeApi(HubSettings settings, HubHttp http)
    {
        (this.settings, this.http, attempts) = (settings, http, new Attempts(settings));
        string request = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        (string, string)[] secrets = settings.ModelScopeToken is { } token
            ? [("Authorization", $"Bearer {token.Text}"), ("Cookie", $"m_session_id={token.Text}")] : [];
        Credentials = new Credentials(settings.ModelScope, [("X-Request-ID", request), .. secrets]);
    }

    public Credentials Credentials { get; }

    /// <summary>All files of a revision.</summary>
    public async Task<IReadOnlyList<RemoteFile>> Files(RepoId id, string revision, CancellationToken cancel)
    {
        var files = new List<RemoteFile>();
        if (id.Kind == RepoKind.Dataset) await Pages(id, revision, files, cancel).ConfigureAwait(false);
        else if (!await Whole(id, revision, files, cancel).ConfigureAwait(false)) await Walk(id, revision, files, cancel).ConfigureAwait(false);
        return files;
    }

    public async Task<IReadOnlyList<string>> Revisions(RepoId id, CancellationToken cancel)
    {
        try
        {
            var map = (await Data(id, new Uri(settings.ModelScope, $"api/v1/{id.Plural}/{id.Name}/revisions"), cancel).ConfigureAwait(false)).GetProperty("RevisionMap");
            return [.. new[] { "Branches", "Tags" }.SelectMany(kind => map.TryGetProperty(kind, out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(item => JsonField.Text(item, "Revision") ?? JsonField.Text(item, "Name")).OfType<string>() : [])];
        }
        catch (Exception error) when (error is UserError or HubUnreachable or RevisionMissing or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    public Uri FileUrl(RepoId id, string revision, string path) => new(settings.ModelScope,
        $"api/v1/{id.Plural}/{id.Name}/repo?Revision={Uri.EscapeDataString(revision)}&FilePath={Uri.EscapeDataString(path)}");

    /// <summary>Returns for a success; else throws what the answer means.</summary>
    public void Check(HttpResponseMessage answer, RepoId id)
    {
        if (answer.IsSuccessStatusCode) return;
        int status = (int)answer.StatusCode;
        if (status is 408 or 429 or 500 or 502 or 503 or 504)
            throw new HubFault($"{settings.ModelScope.Host} {(status == 429 ? "asks to wait (too many requests)" : $"failed with status {status}")}", HuggingFaceErrors.Wait(answer));
        throw Refused(id, $"status {status}");
    }

    /// <summary>The recursive list; false when it was cut short.</summary>
    private async Task<bool> Whole(RepoId id, string revision, List<RemoteFile> files, CancellationToken cancel)
    {
        var entries = await Entries(id, Address(id, "repo/files", revision, recursive: true, ""), cancel).ConfigureAwait(false);
        if (entries.Count >= CutAt) return false;
        Add(id, files, entries);
        return true;
    }

    private async Task Walk(RepoId id, string revision, List<RemoteFile> files, CancellationToken cancel)
    {
        var folders = new Queue<string>([""]);
        for (int calls = 0; folders.TryDequeue(out string? folder); calls++)
        {
            if (calls == MostCalls) throw Listing.TooMany(id);
            var entries = await Entries(id, Address(id, "repo/files", revision, recursive: false, folder), cancel).ConfigureAwait(false);
            Add(id, files, entries);
            foreach (var entry in entries)
                if (JsonField.Text(entry, "Type") == "tree" && JsonField.Text(entry, "Path") is { } path && path.Length > folder.Length && path.Split('/').Length < Deepest) folders.Enqueue(path);
        }
    }

    private async Task Pages(RepoId id, string revision, List<RemoteFile> files, CancellationToken cancel)
    {
        for (int page = 1; page <= MostCalls; page++)
        {
            var url = Address(id, "repo/tree", revision, recursive: true, "", $"&PageNumber={page}&PageSize={PageSize}");
            var entries = await Entries(id, url, cancel).ConfigureAwait(false);
            Add(id, files, entries);
            if (entries.Count < PageSize) return;
        }
        throw Listing.TooMany(id);
    }

    private Uri Address(RepoId id, string call, string revision, bool recursive, string folder, string more = "") => new(settings.ModelScope,
        $"api/v1/{id.Plural}/{id.Name}/{call}?Revision={Uri.EscapeDataString(revision)}&Recursive={(recursive ? "True" : "False")}&Root={Uri.EscapeDataString(folder)}{more}");

    private async Task<List<JsonElement>> Entries(RepoId id, Uri url, CancellationToken cancel)
    {
        var data = await Data(id, url, cancel).ConfigureAwait(false);
        return data.ValueKind == JsonValueKind.Object && data.TryGetProperty("Files", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray()] : throw Odd("no list of files in the answer");
    }

    private void Add(RepoId id, List<RemoteFile> files, List<JsonElement> entries)
    {
        foreach (var entry in entries)
        {
            if (JsonField.Text(entry, "Type") != "blob") continue;
            string path = JsonField.Text(entry, "Path") ?? throw Odd("a file without a path");
            long bytes = JsonField.Size(entry, "Size") ?? throw Odd($"no size of {path}");
            files.Add(new RemoteFile(path, bytes, JsonField.Text(entry, "Revision"), Digest.OfSha256(JsonField.Text(entry, "Sha256"))));
            if (files.Count > Listing.MostFiles) throw Listing.TooMany(id);
        }
    }

    private Task<JsonElement> Data(RepoId id, Uri url, CancellationToken cancel) => attempts.Run(async () =>
    {
        using var answer = await http.Send(new HubRequest(HttpMethod.Get, url, Credentials), cancel).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType != "application/json") Check(answer, id);
        if ((int)answer.StatusCode is 408 or 429 or >= 500) Check(answer, id);
        var root = await HubBody.Json(answer, settings, cancel).ConfigureAwait(false);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("Code", out var code)) throw Odd("no Code in the answer");
        bool success = !root.TryGetProperty("Success", out var said) || said.ValueKind != JsonValueKind.False;
        if (answer.IsSuccessStatusCode && success && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out int number) && number == 200)
            return root.TryGetProperty("Data", out var data) ? data : throw Odd("no Data in the answer");
        string message = JsonField.Text(root, "Message") ?? $"code {code.GetRawText()}";
        if (message.Contains("revision", StringComparison.OrdinalIgnoreCase) && message.Contains("not", StringComparison.OrdinalIgnoreCase)) throw new RevisionMissing();
        throw Refused(id, message);
    }, cancel);

    private UserError Refused(RepoId id, string message) => new(
        $"{id} on {settings.ModelScope.Host}: {Printable.Line(message.Length > 300 ? message[..300] + "…" : message)} ({(settings.ModelScopeToken is { } sent ? $"the {sent} was sent" : "no token was sent: set MODELSCOPE_API_TOKEN for what is private")}); check the name");

    private UserError Odd(string what) => new($"{settings.ModelScope.Host}: {what}: this is not ModelScope, or a proxy changes its answers; check MODELSCOPE_ENDPOINT");
}
