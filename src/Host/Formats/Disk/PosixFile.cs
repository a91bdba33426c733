// File calls of Linux and macOS that .NET does not offer: flushing a folder, and reading a file that another process has locked.
using System.Runtime.InteropServices;

namespace FastTune.Formats;

internal static unsafe partial class PosixFile
{
    private const int InvalidArgument = 22, NotSupportedOnLinux = 95, NotSupportedOnMac = 102;

    /// <summary>A descriptor for reading, of a file or a folder; below 0: the error is in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    public static int Open(string path) => OpenFile(path, 0);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    /// <summary>True for the errors of file systems that have no flush of folders (some network ones): they write names at once.</summary>
    public static bool CannotFlush(int error) => error is InvalidArgument or NotSupportedOnLinux or NotSupportedOnMac;

    /// <summary>The first bytes of a file, whoever has locked it; empty when it cannot be read.</summary>
    public static byte[] Head(string path, int bytes)
    {
        int file = Open(path);
        if (file < 0) return [];
        var head = new byte[bytes];
        fixed (byte* target = head)
        {
            nint count = Read(file, target, bytes);
            _ = Close(file);
            return count <= 0 ? [] : head[..(int)count];
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* target, nint bytes);
}
