// Verifies and tidies the caches: contents against their hashes and sizes; what no revision needs is removed.
namespace FastTune.Hub;

/// <param name="Path">The file.</param>
/// <param name="What">What is wrong with it.</param>
internal sealed record CacheFault(string Path, string What);

internal static class CacheUpkeep
{
    /// <summary>Reads every file of a repository; blobs are named after their hash, plain files are held to the kept list.</summary>
    /// <param name="checkedBytes">Told of progress.</param>
    public static async Task<IReadOnlyList<CacheFault>> Verify(CachedRepo repo, Action<int> checkedBytes, CancellationToken cancel)
    {
        var faults = repo.BrokenLinks.Select(link => new CacheFault(link, "is a link without content")).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var revision in repo.Revisions)
        {
            string snapshot = Path.Combine(repo.Folder, "snapshots", revision.Revision);
            string trees = Path.Combine(repo.Folder, repo.Hub == "huggingface" ? "trees" : Path.Combine(".fasttune", "trees"), revision.Revision + ".json");
            foreach (var file in TreeFile.Read(trees) ?? [])
            {
                if (RepoPath.Fault(file.Path) is not null) continue;
                var there = new FileInfo(Path.Combine(snapshot, file.Path));
                string real = there.LinkTarget is { } target ? Path.GetFullPath(target, there.DirectoryName!) : there.FullName;
                if (!File.Exists(real) || repo.BrokenLinks.Contains(there.FullName) || !seen.Add(real)) continue;
                if (await Fault(real, file.Size, file.Digest, checkedBytes, cancel).ConfigureAwait(false) is { } what) faults.Add(new CacheFault(there.FullName, what));
            }
        }
        foreach (string blob in Blobs(repo).Where(seen.Add))
            if (await Fault(blob, -1, Digest.Of(Path.GetFileName(blob)), checkedBytes, cancel).ConfigureAwait(false) is { } what) faults.Add(new CacheFault(blob, what));
        return faults;
    }

    /// <summary>What of a repository can go: partial files, blobs without a user, broken links. Revisions stay.</summary>
    public static IEnumerable<string> Removable(CachedRepo repo) => repo.Partial.Concat(repo.Orphans).Concat(repo.BrokenLinks);

    /// <summary>Removes a file unless a process is downloading it; the bytes that became free, or null: it is in use.</summary>
    public static long? Remove(CachedRepo repo, string path)
    {
        if (repo.Hub == "huggingface" && Path.GetFileName(Path.GetDirectoryName(path)) == "blobs")
        {
            string etag = Path.GetFileName(path).Split('.')[0], lockFile = new HuggingFaceCache(repo.Root, repo.Id).LockOf(etag);
            Directory.CreateDirectory(Path.GetDirectoryName(lockFile)!);
            using var held = FileLock.Try(lockFile);
            return held is null ? null : Delete(path);
        }
        return Delete(path);
    }

    private static long Delete(string path)
    {
        var file = new FileInfo(path);
        long bytes = file.LinkTarget is null && file.Exists ? file.Length : 0;
        file.Delete();
        return bytes;
    }

    private static IEnumerable<string> Blobs(CachedRepo repo)
    {
        string folder = Path.Combine(repo.Folder, "blobs");
        return repo.Hub != "huggingface" || !Directory.Exists(folder) ? []
            : Directory.EnumerateFiles(folder).Where(file => !repo.Partial.Contains(file) && new FileInfo(file).LinkTarget is null).Order(StringComparer.Ordinal);
    }

    private static async Task<string?> Fault(string path, long size, Digest? digest, Action<int> checkedBytes, CancellationToken cancel)
    {
        long length = new FileInfo(path).Length;
        if (size >= 0 && length != size) return $"has {length} bytes, the hub lists {size}";
        if (digest is not { } expected) return null;
        string hash = await expected.OfFile(path, cancel, checkedBytes).ConfigureAwait(false);
        return hash == expected.Hex ? null : $"hashes to {hash}, the hub lists {expected.Hex}";
    }
}
