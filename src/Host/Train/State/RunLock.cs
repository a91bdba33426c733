// Keeps two runs out of one output folder: a file that the system unlocks when its process ends, however it ends.
using System.Text;
using FastTune.Formats;

namespace FastTune.Train.State;

/// <summary>The exclusive right to an output folder. The lock is the system's (flock, or a sharing mode on Windows); what the file holds
/// only tells others whose it is. A file that nobody has locked is stale: its run ended without an end of its own.</summary>
internal sealed class RunLock : IDisposable
{
    public const string FileName = "fasttune.lock";
    private const int Tries = 10, NoteBytes = 400;
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Makes the folder if need be and locks it.</summary>
    /// <param name="notes">Is told of a stale lock.</param>
    /// <exception cref="UserError">Another run has the folder, or it cannot be written.</exception>
    public static RunLock Take(string folder, TextWriter notes)
    {
        string path = Path.Combine(folder, FileName);
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            FileStream file = Open(folder, path);
            string earlier = ReadNote(file);
            if (!IsStillAt(file, path))
            {
                file.Dispose();
                continue;
            }
            if (earlier.Length > 0) notes.WriteLine($"note: the last run in {folder} ({Printable.Line(earlier)}) did not come to its end");
            WriteNote(file);
            return new RunLock(file);
        }
        throw new UserError($"output_dir: {folder}: {FileName} changes all the time: other runs start and stop in this folder; name another one");
    }

    /// <summary>Removes the file while it is still locked, so that no other run can have taken it; Windows removes it only when it is closed.</summary>
    public void Dispose()
    {
        _file.SetLength(0);
        if (!OperatingSystem.IsWindows()) Remove(_file.Name);
        _file.Dispose();
        if (OperatingSystem.IsWindows()) Remove(_file.Name);
    }

    // A lock that cannot be removed is stale and empty: the next run takes it without a word.
    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private static FileStream Open(string folder, string path)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(path) && IsLocked(error))
        {
            string owner = OperatingSystem.IsWindows() ? "" : Encoding.UTF8.GetString(PosixFile.Head(path, NoteBytes));
            throw new UserError($"output_dir: another run is writing to {folder}{(owner.Length > 0 ? $" ({Printable.Line(owner.Trim())})" : "")}: "
                + "wait for it, stop it, or name another folder", inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"output_dir: {folder} cannot be written ({error.Message}): check the folder and its permissions", inner: error);
        }
    }

    // EAGAIN of Linux, EAGAIN of macOS, ERROR_SHARING_VIOLATION of Windows: .NET has no type of its own for them.
    private static bool IsLocked(IOException error) => (error.HResult & 0xffff) is 11 or 35 or 32;

    /// <summary>The run before may have deleted the file between our opening and our locking it; then the name belongs to another file.
    /// A time that nobody else sets shows whether name and open file are the same.</summary>
    private static bool IsStillAt(FileStream file, string path)
    {
        var mark = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(Random.Shared.Next());
        File.SetLastWriteTimeUtc(file.SafeFileHandle, mark);
        return File.Exists(path) && File.GetLastWriteTimeUtc(path) == mark;
    }

    private static string ReadNote(FileStream file)
    {
        var bytes = new byte[Math.Min(file.Length, NoteBytes)];
        file.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes).Trim();
    }

    private static void WriteNote(FileStream file)
    {
        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes($"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.Now:yyyy-MM-dd HH:mm:ss}\n"));
        file.Flush();
    }
}
