// What lies in the caches of the hubs, repository by repository.
namespace FastTune.Hub;

/// <param name="Revision">Commit or branch.</param>
/// <param name="Refs">Names that mean this commit.</param>
/// <param name="Bytes">Size of its files; revisions may share them.</param>
internal sealed record CachedRevision(string Revision, IReadOnlyList<string> Refs, int Files, long Bytes);

/// <param name="Root">The cache that it lies in.</param>
/// <param name="Bytes">On the disk, shared files once.</param>
/// <param name="BrokenLinks">Links of snapshots whose content is gone, or lies outside the repository's blobs.</param>
/// <param name="Orphans">Blobs that no snapshot uses.</param>
/// <param name="Partial">Files of downloads that did not end.</param>
internal sealed record CachedRepo(
    string Hub, RepoId Id, string Root, string Folder, long Bytes, IReadOnlyList<CachedRevision> Revisions,
    IReadOnlyList<string> BrokenLinks, IReadOnlyList<string> Orphans, IReadOnlyList<string> Partial);
