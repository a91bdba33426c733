// The Hugging Face hub: revision → commit → tree → files, into the cache of huggingface_hub.
namespace FastTune.Hub;

internal sealed class HuggingFaceHub(HubSettings settings, HubHttp http) : IModelHub
{
    private const string DefaultRevision = "main";

    private readonly HuggingFaceApi api = new(settings, http);
    private readonly Transfer transfer = new(settings, http);

    public string Host => settings.HuggingFace.Host;

    public string Revision(string? given) => given ?? DefaultRevision;

    public async Task<Listing> List(RepoId id, string revision, CancellationToken cancel)
    {
        var cache = Cache(id);
        if (RepoId.IsCommit(revision) && TreeFile.Read(cache.TreeFile(revision)) is { } files) return new Listing(revision, files);
        string commit = await api.Commit(id, revision, cancel).ConfigureAwait(false);
        if (TreeFile.Read(cache.TreeFile(commit)) is { } known) return Kept(cache, revision, new Listing(commit, known));
        var listing = new Listing(commit, await api.Tree(id, commit, cancel).ConfigureAwait(false));
        cache.Prepare();
        TreeFile.Write(cache.TreeFile(commit), listing.Files);
        return Kept(cache, revision, listing);
    }

    public Listing? Cached(RepoId id, string revision)
    {
        var cache = Cache(id);
        if (cache.Resolve(revision) is not { } commit) return null;
        if (TreeFile.Read(cache.TreeFile(commit)) is { } known) return new Listing(commit, known);
        string folder = cache.Snapshot(commit);
        if (!Directory.Exists(folder)) return null;
        var paths = new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, MaxRecursionDepth = 16 });
        return new Listing(commit, [.. paths.Take(Listing.MostFiles).Select(file => new RemoteFile(Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'), -1, null, null))]);
    }

    public Task<IReadOnlyList<string>> Revisions(RepoId id, CancellationToken cancel) => api.Revisions(id, cancel);

    public IFileStore Store(RepoId id, Listing listing, string? localFolder, Action<string> note) => localFolder is null
        ? new LinkedStore(Cache(id), listing.Revision, settings.Links, note)
        : new FolderStore(Path.GetFullPath(localFolder), Path.Combine(Path.GetFullPath(localFolder), ".cache", "huggingface", "download"), listing.Revision, trustSize: false, note);

    public async Task Download(RepoId id, Listing listing, RemoteFile file, IFileStore store, IDownloadWatch watch, CancellationToken cancel)
    {
        var head = await api.Head(id, listing.Revision, file.Path, cancel).ConfigureAwait(false);
        if (head.Commit != listing.Revision)
            throw new UserError($"{id}: {Host} answers for commit {Printable.Line(head.Commit)} when asked for {listing.Revision}; check the endpoint");
        var digest = file.Digest ?? Digest.Of(head.Etag);
        if (digest is null) watch.Note($"{file.Path}: {Host} gives no hash of it, so only its size is checked");
        file = file with { Digest = digest, BlobId = digest is null ? head.Etag ?? file.BlobId : file.BlobId };
        using var shown = watch.Begin(file.Path, file.Size);
        var source = new FileSource(
            file.Path, api.FileUrl(id, listing.Revision, file.Path), file.Size, digest, api.Credentials, answer => HuggingFaceErrors.Check(answer, id, settings));
        await store.Put(file, partial => transfer.Fetch(source, partial, shown, cancel), cancel).ConfigureAwait(false);
        shown.Done();
    }

    private HuggingFaceCache Cache(RepoId id) => new(settings.HuggingFaceCache, id);

    private static Listing Kept(HuggingFaceCache cache, string revision, Listing listing)
    {
        cache.Remember(revision, listing.Revision);
        return listing;
    }
}
