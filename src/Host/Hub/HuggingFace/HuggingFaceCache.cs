// One repository in the cache of huggingface_hub: blobs by hash, snapshots of links, refs (the layout of huggingface_hub 2.4.0).
using System.Text;

namespace FastTune.Hub;

/// <summary>Names and small files of <c>hub/models--org--name</c>. Links are followed inside the repository's own folder only.</summary>
internal sealed class HuggingFaceCache(string root, RepoId id)
{
    public const string TagName = "CACHEDIR.TAG";
    private const string Tag = "Signature: 8a477f597d28d172789f06886806bc55\n# This file is a cache directory tag created by huggingface_hub.\n";
    private const int LongestRef = 64;

    public string Root => root;

    public string Repository { get; } = Path.Combine(root, FolderName(id));

    public string Blobs => Path.Combine(Repository, "blobs");

    public static string FolderName(RepoId id) => $"{id.Plural}--{id.Name.Replace("/", "--", StringComparison.Ordinal)}";

    public string Blob(string etag) => Path.Combine(Blobs, etag);

    /// <summary>A name that no other tool appends to.</summary>
    public string Partial(string etag) => Blob(etag) + ".fasttune.incomplete";

    public string LockOf(string etag) => Path.Combine(root, ".locks", FolderName(id), etag + ".lock");

    public string Snapshot(string commit) => Path.Combine(Repository, "snapshots", commit);

    public string TreeFile(string commit) => Path.Combine(Repository, "trees", commit + ".json");

    /// <summary>The commit that a revision meant when it was last asked for, or null.</summary>
    public string? Resolve(string revision)
    {
        if (RepoId.IsCommit(revision)) return revision;
        string path = Path.Combine(Repository, "refs", revision);
        var info = new FileInfo(path);
        if (!info.Exists || info.Length > LongestRef || info.LinkTarget is not null) return null;
        string text = File.ReadAllText(path).Trim();
        return RepoId.IsCommit(text) ? text : throw new UserError($"{path}: holds no commit of 40 hex digits; delete the file and download again");
    }

    /// <summary>Remembers what a revision means now; a commit needs no such note.</summary>
    public void Remember(string revision, string commit)
    {
        if (revision == commit) return;
        string path = Path.Combine(Repository, "refs", revision);
        if (File.Exists(path) && File.ReadAllText(path) == commit) return;
        Prepare();
        NoteFile.Write(path, commit);
    }

    /// <summary>The folder exists and is marked as a cache, for backup programs.</summary>
    public void Prepare()
    {
        Directory.CreateDirectory(Blobs);
        string tag = Path.Combine(root, TagName);
        if (!File.Exists(tag)) NoteFile.Write(tag, Tag);
    }

    /// <summary>The real file behind a path of a snapshot, or null when there is none. A link must lead into this repository's blobs.</summary>
    /// <exception cref="UserError">A link that leads elsewhere.</exception>
    public string? Real(string commit, string path)
    {
        string pointer = Path.Combine(Snapshot(commit), path);
        for (string folder = Path.GetDirectoryName(pointer)!; folder.Length >= Snapshot(commit).Length; folder = Path.GetDirectoryName(folder)!)
            if (new DirectoryInfo(folder).LinkTarget is not null) throw Strays(folder);
        var file = new FileInfo(pointer);
        if (file.LinkTarget is not { } target) return file.Exists ? pointer : null;
        string real = Path.GetFullPath(target, Path.GetDirectoryName(pointer)!);
        if (Path.GetDirectoryName(real) != Path.GetFullPath(Blobs) || new FileInfo(real).LinkTarget is not null) throw Strays(pointer);
        return File.Exists(real) ? real : null;
    }

    private UserError Strays(string link) =>
        new($"{link}: is a link that leads out of {Path.Combine(Repository, "blobs")}: refused; delete it and download the model again");

    /// <summary>The name of a blob: the hash where the hub gives one of 40 or 64 digits, else the hash of whatever it gives.</summary>
    public static string BlobName(string? etag) => Digest.Of(etag)?.Hex
        ?? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(etag ?? "")));
}
