// A file as a hub lists it, and a listing: one revision of a repository.
namespace FastTune.Hub;

/// <param name="Size">Bytes; −1 where only the file's presence in a cache is known.</param>
/// <param name="BlobId">Git's SHA-1 as listed (of the pointer for large files), or null.</param>
/// <param name="Digest">What the content hashes to, or null where the hub does not say.</param>
internal sealed record RemoteFile(string Path, long Size, string? BlobId, Digest? Digest);

/// <param name="Revision">The commit (Hugging Face) or the branch (ModelScope) that all files belong to.</param>
internal sealed record Listing(string Revision, IReadOnlyList<RemoteFile> Files)
{
    public const int MostFiles = 100_000;

    /// <summary>The listed files of these paths.</summary>
    public List<RemoteFile> Of(IEnumerable<string> paths)
    {
        var wanted = paths.ToHashSet(StringComparer.Ordinal);
        return [.. Files.Where(file => wanted.Contains(file.Path))];
    }

    public static UserError TooMany(RepoId id) => new($"{id}: more than {MostFiles} files: refused");
}
