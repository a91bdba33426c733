// An advisory lock on a file, as the official tools hold it (flock): it dies with its process, so none is ever stale.
namespace FastTune.Hub;

internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(2);

    private readonly FileStream file;

    private FileLock(FileStream file) => this.file = file;

    /// <summary>Waits for the lock; says so when that takes long.</summary>
    public static async Task<FileLock> Wait(string path, Action<string> note, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        long started = Environment.TickCount64;
        for (bool said = false; ;)
        {
            if (Try(path) is { } held) return held;
            if (!said && Environment.TickCount64 - started > Patience.TotalMilliseconds)
            {
                said = true;
                note($"waiting for another process that downloads the same file ({path})");
            }
            await Task.Delay(Pause, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The lock, or null when another process holds it.</summary>
    public static FileLock? Try(string path)
    {
        try
        {
            // FileShare.None takes flock(LOCK_EX | LOCK_NB) on Unix, which Python's filelock takes as well.
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException or FileNotFoundException) && File.Exists(path))
        {
            return null;
        }
    }

    public void Dispose() => file.Dispose();
}
