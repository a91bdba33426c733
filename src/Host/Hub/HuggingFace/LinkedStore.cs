// A snapshot of the Hugging Face cache: content under blobs, links (or, without links, the files themselves) under snapshots.
namespace FastTune.Hub;

internal sealed class LinkedStore(HuggingFaceCache cache, string commit, bool links, Action<string> note) : IFileStore
{
    public string Folder => cache.Snapshot(commit);

    public bool Holds(RemoteFile file) =>
        cache.Real(commit, file.Path) is { } real && (file.Size < 0 || new FileInfo(real).Length == file.Size);

    public long Missing(RemoteFile file)
    {
        string etag = Etag(file);
        if (File.Exists(cache.Blob(etag))) return 0;
        var partial = new FileInfo(cache.Partial(etag));
        return Math.Max(0, file.Size - (partial.Exists ? partial.Length : 0));
    }

    public async Task Put(RemoteFile file, Func<string, Task> download, CancellationToken cancel)
    {
        string etag = Etag(file), blob = cache.Blob(etag);
        cache.Prepare();
        using var held = await FileLock.Wait(cache.LockOf(etag), note, cancel).ConfigureAwait(false);
        if (Holds(file)) return;
        var there = new FileInfo(blob);
        if (there.LinkTarget is not null || there.Exists && there.Length != file.Size) File.Delete(blob);
        bool shared = File.Exists(blob);
        if (!shared)
        {
            await download(cache.Partial(etag)).ConfigureAwait(false);
            File.Move(cache.Partial(etag), blob, overwrite: true);
        }
        Place(blob, Path.Combine(Folder, file.Path), shared);
    }

    /// <summary>Links the blob into the snapshot; where links cannot be made it is moved there, or copied if others may use it.</summary>
    private void Place(string blob, string pointer, bool shared)
    {
        string folder = Path.GetDirectoryName(pointer)!, temporary = $"{pointer}.{Environment.ProcessId}.tmp";
        Directory.CreateDirectory(folder);
        if (links)
        {
            try
            {
                File.Delete(temporary);
                File.CreateSymbolicLink(temporary, Path.GetRelativePath(folder, blob));
                File.Move(temporary, pointer, overwrite: true);
                return;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                // No links here (some network drives, Windows without developer mode): the file itself, as the official tool does.
                File.Delete(temporary);
            }
        }
        if (shared) File.Copy(blob, temporary, overwrite: true);
        File.Move(shared ? temporary : blob, pointer, overwrite: true);
    }

    private static string Etag(RemoteFile file) => file.Digest?.Hex ?? HuggingFaceCache.BlobName(file.BlobId);
}
