// What a hub offers to a download, whichever protocol it speaks.
namespace FastTune.Hub;

internal interface IModelHub
{
    /// <summary>The hub's host, for messages.</summary>
    string Host { get; }

    /// <summary>The revision that is meant: the given one, or the hub's own default.</summary>
    string Revision(string? given);

    /// <summary>Asks the hub for a revision's files.</summary>
    /// <exception cref="RevisionMissing">There is no such revision.</exception>
    /// <exception cref="HubUnreachable">No answer.</exception>
    Task<Listing> List(RepoId id, string revision, CancellationToken cancel);

    /// <summary>What the cache knows of a revision, without a request; null: nothing.</summary>
    Listing? Cached(RepoId id, string revision);

    /// <summary>Names of revisions, for a hint.</summary>
    Task<IReadOnlyList<string>> Revisions(RepoId id, CancellationToken cancel);

    /// <summary>Where the files of a listing go: the shared cache, or <paramref name="localFolder"/>.</summary>
    IFileStore Store(RepoId id, Listing listing, string? localFolder, Action<string> note);

    /// <summary>Brings one file that the store does not hold.</summary>
    Task Download(RepoId id, Listing listing, RemoteFile file, IFileStore store, IDownloadWatch watch, CancellationToken cancel);
}
