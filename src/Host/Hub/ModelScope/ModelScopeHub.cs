// ModelScope: branches of plain files, in the cache layout of modelscope_hub 0.5.1 (or an older folder where one is there).
namespace FastTune.Hub;

internal sealed class ModelScopeHub(HubSettings settings, HubHttp http) : IModelHub
{
    private const string DefaultRevision = "master", OtherDefault = "main";

    private readonly ModelScopeApi api = new(settings, http);
    private readonly Transfer transfer = new(settings, http);

    public string Host => settings.ModelScope.Host;

    /// <summary>LLaMA-Factory's default "main" is this hub's "master".</summary>
    public string Revision(string? given) => given is null or OtherDefault ? DefaultRevision : given;

    public async Task<Listing> List(RepoId id, string revision, CancellationToken cancel)
    {
        RequireOwner(id);
        var listing = new Listing(revision, await api.Files(id, revision, cancel).ConfigureAwait(false));
        TreeFile.Write(ListFile(id, revision), listing.Files);
        return listing;
    }

    public Listing? Cached(RepoId id, string revision)
    {
        RequireOwner(id);
        if (TreeFile.Read(ListFile(id, revision)) is { } known) return new Listing(revision, known);
        string folder = Folder(id, revision);
        if (!Directory.Exists(folder)) return null;
        var files = new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 16 });
        return new Listing(revision, [.. files.Take(Listing.MostFiles).Select(file => new RemoteFile(Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'), -1, null, null))]);
    }

    public Task<IReadOnlyList<string>> Revisions(RepoId id, CancellationToken cancel) => api.Revisions(id, cancel);

    public IFileStore Store(RepoId id, Listing listing, string? localFolder, Action<string> note)
    {
        string folder = localFolder is null ? Folder(id, listing.Revision) : Path.GetFullPath(localFolder);
        string notes = localFolder is null ? Path.Combine(Notes(id), listing.Revision) : Path.Combine(folder, ".cache", "modelscope", "download");
        return new FolderStore(folder, notes, listing.Revision, trustSize: localFolder is null, note);
    }

    public async Task Download(RepoId id, Listing listing, RemoteFile file, IFileStore store, IDownloadWatch watch, CancellationToken cancel)
    {
        if (file.Digest is null) watch.Note($"{file.Path}: {Host} gives no hash of it, so only its size is checked");
        using var shown = watch.Begin(file.Path, file.Size);
        var source = new FileSource(file.Path, api.FileUrl(id, listing.Revision, file.Path), file.Size, file.Digest, api.Credentials, answer => api.Check(answer, id));
        await store.Put(file, partial => transfer.Fetch(source, partial, shown, cancel), cancel).ConfigureAwait(false);
        shown.Done();
    }

    /// <summary>An older tool's folder is used on where it exists.</summary>
    private string Folder(RepoId id, string revision)
    {
        string cache = settings.ModelScopeCache, old = id.Name.Replace(".", "___", StringComparison.Ordinal);
        foreach (string parent in new[] { Path.Combine(cache, "hub", id.Plural), Path.Combine(cache, id.Plural) })
            if (revision == DefaultRevision && Directory.Exists(Path.Combine(parent, old))) return Path.Combine(parent, old);
        return Path.Combine(Repository(id), "snapshots", revision);
    }

    private string Repository(RepoId id) => Path.Combine(settings.ModelScopeCache, id.Plural, id.Name.Replace("/", "--", StringComparison.Ordinal));

    private string Notes(RepoId id) => Path.Combine(Repository(id), ".fasttune");

    private string ListFile(RepoId id, string revision) => Path.Combine(Notes(id), "trees", revision + ".json");

    private static void RequireOwner(RepoId id)
    {
        if (!id.Name.Contains('/')) throw new UserError($"{id}: ModelScope's names have an owner; write owner/{id.Name}");
    }
}
