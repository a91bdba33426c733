// Walks the caches of both hubs; changes nothing and asks no hub.
namespace FastTune.Hub;

internal static class CacheInventory
{
    private const int Deepest = 40;
    private static readonly EnumerationOptions Flat = new() { AttributesToSkip = 0 };

    /// <summary>Every repository of the caches, ordered by hub and name.</summary>
    public static IReadOnlyList<CachedRepo> Read(HubSettings settings)
    {
        var repos = new List<CachedRepo>();
        foreach (var folder in Folders(settings.HuggingFaceCache))
            if (Named(folder.Name) is { } id) repos.Add(Linked(settings.HuggingFaceCache, folder, id));
        foreach (var (kind, plural) in new[] { (RepoKind.Model, "models"), (RepoKind.Dataset, "datasets") })
            foreach (var folder in Folders(Path.Combine(settings.ModelScopeCache, plural)))
                if (RepoId.TryParse(kind, folder.Name.Replace("--", "/", StringComparison.Ordinal)) is { } id && Directory.Exists(Path.Combine(folder.FullName, "snapshots")))
                    repos.Add(Plain(settings.ModelScopeCache, folder, id));
        return [.. repos.OrderBy(repo => repo.Hub, StringComparer.Ordinal).ThenBy(repo => repo.Id.Name, StringComparer.Ordinal).ThenBy(repo => repo.Id.Kind)];
    }

    private static RepoId? Named(string folder)
    {
        var kind = folder.StartsWith("datasets--", StringComparison.Ordinal) ? RepoKind.Dataset : RepoKind.Model;
        string prefix = kind == RepoKind.Dataset ? "datasets--" : "models--";
        return folder.StartsWith(prefix, StringComparison.Ordinal) ? RepoId.TryParse(kind, folder[prefix.Length..].Replace("--", "/", StringComparison.Ordinal)) : null;
    }

    private static CachedRepo Linked(string root, DirectoryInfo folder, RepoId id)
    {
        var cache = new HuggingFaceCache(root, id);
        var refs = Files(new DirectoryInfo(Path.Combine(folder.FullName, "refs")))
            .Select(file => (Name: Path.GetRelativePath(Path.Combine(folder.FullName, "refs"), file.FullName).Replace('\\', '/'), Commit: file.Length <= 64 ? File.ReadAllText(file.FullName).Trim() : "")).ToList();
        var used = new HashSet<string>(StringComparer.Ordinal);
        var broken = new List<string>();
        var revisions = new List<CachedRevision>();
        long bytes = 0;
        foreach (var snapshot in Folders(Path.Combine(folder.FullName, "snapshots")))
        {
            var files = Files(snapshot).ToList();
            long size = 0;
            foreach (var file in files)
            {
                string? real = Real(cache, snapshot, file);
                if (real is null) broken.Add(file.FullName);
                else if (file.LinkTarget is null) bytes += file.Length;
                else used.Add(Path.GetFileName(real));
                size += real is null ? 0 : new FileInfo(real).Length;
            }
            revisions.Add(new CachedRevision(snapshot.Name, [.. refs.Where(name => name.Commit == snapshot.Name).Select(name => name.Name)], files.Count, size));
        }
        var blobs = Files(new DirectoryInfo(cache.Blobs)).Where(file => file.LinkTarget is null).ToList();
        bytes += blobs.Sum(file => file.Length);
        var partial = blobs.FindAll(IsPartial);
        var orphans = blobs.FindAll(file => !IsPartial(file) && !used.Contains(file.Name));
        return new CachedRepo("huggingface", id, root, folder.FullName, bytes, revisions, broken, Names(orphans), Names(partial));
    }

    private static string? Real(HuggingFaceCache cache, DirectoryInfo snapshot, FileInfo file)
    {
        try
        {
            return cache.Real(snapshot.Name, Path.GetRelativePath(snapshot.FullName, file.FullName));
        }
        catch (UserError)
        {
            return null;
        }
    }

    private static CachedRepo Plain(string root, DirectoryInfo folder, RepoId id)
    {
        var all = Files(folder).Where(file => file.LinkTarget is null).ToList();
        var snapshots = Folders(Path.Combine(folder.FullName, "snapshots")).Select(snapshot => (snapshot.Name, Files: Files(snapshot).Where(file => !IsPartial(file)).ToList()));
        return new CachedRepo("modelscope", id, root, folder.FullName, all.Sum(file => file.Length),
            [.. snapshots.Select(snapshot => new CachedRevision(snapshot.Name, [], snapshot.Files.Count, snapshot.Files.Sum(file => file.Length)))], [], [], Names(all.FindAll(IsPartial)));
    }

    private static bool IsPartial(FileInfo file) =>
        file.Name.EndsWith(".incomplete", StringComparison.Ordinal) || file.Name.EndsWith(".incomplete.journal", StringComparison.Ordinal);

    private static IReadOnlyList<string> Names(List<FileInfo> files) => files.ConvertAll(file => file.FullName);

    private static IEnumerable<DirectoryInfo> Folders(string folder) => !Directory.Exists(folder) ? []
        : new DirectoryInfo(folder).EnumerateDirectories("*", Flat).Where(child => child.LinkTarget is null).OrderBy(child => child.Name, StringComparer.Ordinal);

    /// <summary>Files and links below a folder; links to folders are not entered.</summary>
    private static IEnumerable<FileInfo> Files(DirectoryInfo folder, int depth = 0)
    {
        if (!folder.Exists || depth > Deepest) yield break;
        foreach (var entry in folder.EnumerateFileSystemInfos("*", Flat).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry is DirectoryInfo { LinkTarget: null } child)
            {
                foreach (var file in Files(child, depth + 1)) yield return file;
            }
            else
            {
                yield return entry as FileInfo ?? new FileInfo(entry.FullName);
            }
        }
    }
}
