// The real disk: .NET's file calls, and the one they lack, flushing a folder.
using System.Runtime.InteropServices;

namespace FastTune.Formats;

internal sealed class SystemDisk : IDisk
{
    private const int BufferBytes = 1 << 20;

    public Stream Create(string path) => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);

    public void Flush(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    /// <summary>Windows: nothing to do. NTFS journals names itself, and a flush asks for the right to write the folder, which users may lack.</summary>
    public void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        int folder = PosixFile.Open(path);
        if (folder < 0) throw Failed(path);
        try
        {
            if (PosixFile.Flush(folder) != 0 && !PosixFile.CannotFlush(Marshal.GetLastPInvokeError())) throw Failed(path);
        }
        finally
        {
            _ = PosixFile.Close(folder);
        }
    }

    public void Move(string from, string to) => File.Move(from, to, overwrite: true);

    public void MoveFolder(string from, string to) => Directory.Move(from, to);

    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    public void Delete(string path) => File.Delete(path);

    public void DeleteFolder(string path) => Directory.Delete(path, recursive: true);

    public long FreeBytes(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;

    private static IOException Failed(string path) => new($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
}
