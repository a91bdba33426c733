// A folder of plain files with notes beside them: --local-dir, and ModelScope's cache.
using System.Globalization;

namespace FastTune.Hub;

/// <param name="folder">Where the files go.</param>
/// <param name="trustSize">A file without a note counts as the right one by its size: another tool put it there.</param>
/// <param name="notes">Where <c>PATH.metadata</c> (revision, hash, time: three lines, as huggingface_hub writes them) and partial files go.</param>
internal sealed class FolderStore(string folder, string notes, string revision, bool trustSize, Action<string> note) : IFileStore
{
    public string Folder => folder;

    public bool Holds(RemoteFile file)
    {
        var there = new FileInfo(Inside(file.Path));
        if (!there.Exists || there.LinkTarget is not null) return false;
        if (file.Size < 0) return true;
        if (there.Length != file.Size) return false;
        return Noted(file) is { } hash ? hash == Key(file) : trustSize;
    }

    public long Missing(RemoteFile file)
    {
        var partial = new FileInfo(Partial(file));
        return Math.Max(0, file.Size - (partial.Exists ? partial.Length : 0));
    }

    public async Task Put(RemoteFile file, Func<string, Task> download, CancellationToken cancel)
    {
        string target = Inside(file.Path), partial = Partial(file);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        Directory.CreateDirectory(Path.GetDirectoryName(partial)!);
        using var held = await FileLock.Wait(Path.Combine(notes, file.Path + ".lock"), note, cancel).ConfigureAwait(false);
        if (Holds(file)) return;
        await download(partial).ConfigureAwait(false);
        File.Move(partial, target, overwrite: true);
        string time = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture);
        NoteFile.Write(Path.Combine(notes, file.Path + ".metadata"), $"{revision}\n{Key(file)}\n{time}\n");
    }

    /// <summary>The hash that the file had when it was put here, unless it was changed since; "" when it was; null when nothing is noted.</summary>
    private string? Noted(RemoteFile file)
    {
        var info = new FileInfo(Path.Combine(notes, file.Path + ".metadata"));
        if (!info.Exists || info.Length > 1024) return null;
        string[] lines = File.ReadAllLines(info.FullName);
        if (lines.Length < 3 || !double.TryParse(lines[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double time)) return null;
        double changed = (File.GetLastWriteTimeUtc(Inside(file.Path)) - DateTime.UnixEpoch).TotalSeconds;
        return changed - 1 > time ? "" : lines[1];
    }

    private string Partial(RemoteFile file) => Path.Combine(notes, $"{file.Path}.{Key(file)[..12]}.fasttune.incomplete");

    private static string Key(RemoteFile file) => file.Digest?.Hex ?? HuggingFaceCache.BlobName(file.BlobId ?? file.Path);

    /// <summary>The file's place; no folder on the way may be a link, since it could lead anywhere.</summary>
    private string Inside(string path)
    {
        string target = Path.Combine(folder, path);
        for (string between = Path.GetDirectoryName(target)!; between.Length > folder.Length; between = Path.GetDirectoryName(between)!)
            if (new DirectoryInfo(between).LinkTarget is not null) throw new UserError($"{between}: is a link, files are not written through it; remove it or name another folder");
        return target;
    }
}
