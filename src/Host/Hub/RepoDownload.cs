// Brings what a purpose needs of a repository to this machine: from the hub, or offline from the cache, or an error that says what is missing.
namespace FastTune.Hub;

/// <param name="Folder">Where the files lie.</param>
/// <param name="Revision">The commit or branch that they belong to.</param>
internal sealed record LocalRepo(string Folder, string Revision);

internal sealed class RepoDownload(HubSettings settings, IModelHub hub, IDownloadWatch watch)
{
    private const long Spare = 64 << 20;

    /// <summary>Downloads what is not there yet. In offline mode no connection is opened.</summary>
    public async Task<LocalRepo> Run(RepoId id, string? given, IFileChoice choice, string? localFolder, CancellationToken cancel)
    {
        string revision = hub.Revision(id.Revision ?? given);
        if (!RepoId.IsRevision(revision)) throw new UserError($"{id}: '{revision}' cannot be the name of a revision; write a branch, a tag or a commit");
        try
        {
            var (listing, asked) = await Listing(id, revision, cancel).ConfigureAwait(false);
            string[] paths = [.. listing.Files.Select(file => file.Path)];
            var store = hub.Store(id, listing, localFolder, watch.Note);
            await Files(id, listing, choice.First(paths), store, asked, cancel).ConfigureAwait(false);
            await Files(id, listing, choice.Then(store.Folder, paths), store, asked, cancel).ConfigureAwait(false);
            return new LocalRepo(store.Folder, listing.Revision);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{id} cannot be written or read on this disk ({error.Message}): check permissions and free space, or choose another cache with cache_dir or HF_HUB_CACHE", inner: error);
        }
    }

    private async Task<(Listing Listing, bool Asked)> Listing(RepoId id, string revision, CancellationToken cancel)
    {
        if (settings.Offline)
            return (hub.Cached(id, revision) ?? throw new UserError($"{id}, revision {revision}, is not in the cache, and offline mode is on (HF_HUB_OFFLINE): download it once with a network"), false);
        try
        {
            return (await hub.List(id, revision, cancel).ConfigureAwait(false), true);
        }
        catch (HubUnreachable unreachable)
        {
            var cached = hub.Cached(id, revision) ?? throw new UserError($"{id} cannot be fetched: {unreachable.Message}; it is not in the cache either", inner: unreachable);
            watch.Note($"{unreachable.Message}; {id} is taken from the cache as it was when last fetched");
            return (cached, false);
        }
        catch (RevisionMissing)
        {
            var known = await hub.Revisions(id, cancel).ConfigureAwait(false);
            string hint = Config.Nearest.Hint(revision, known);
            throw new UserError($"{id} has no revision '{revision}' on {hub.Host}{hint}{(hint.Length == 0 && known.Count > 0 ? $"; it has {string.Join(", ", known.Take(10))}" : "")}");
        }
    }

    private async Task Files(RepoId id, Listing listing, IReadOnlyList<string> paths, IFileStore store, bool asked, CancellationToken cancel)
    {
        RepoPath.Check(id.ToString(), paths);
        var missing = listing.Of(paths).Where(file => !store.Holds(file)).ToList();
        if (missing.Count == 0) return;
        if (!asked)
            throw new UserError($"{id}: the cache lacks {missing.Count} of {paths.Count} files ({missing[0].Path}{(missing.Count > 1 ? ", …" : "")}), and the hub is not asked or does not answer: download it once with a network");
        RequireSpace(id, missing, store);
        var options = new ParallelOptions { MaxDegreeOfParallelism = settings.FilesAtOnce, CancellationToken = cancel };
        try
        {
            await Parallel.ForEachAsync(missing, options, async (file, stop) => await hub.Download(id, listing, file, store, watch, stop).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (HubUnreachable unreachable)
        {
            throw new UserError($"{id}: {unreachable.Message}; what came is kept: run the command again to go on", inner: unreachable);
        }
    }

    /// <summary>Said before the first byte, not after an hour.</summary>
    private void RequireSpace(RepoId id, List<RemoteFile> missing, IFileStore store)
    {
        string? folder = store.Folder;
        while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
        long need = missing.Sum(store.Missing), free = folder is null ? long.MaxValue : settings.FreeSpace(folder);
        if (need + Spare > free)
            throw new UserError($"{id} needs {ByteText.Of(need)} more on the disk of {folder}, which has {ByteText.Of(free)} free: make room (fasttune cache prune), or choose another cache with cache_dir or HF_HUB_CACHE");
    }
}
