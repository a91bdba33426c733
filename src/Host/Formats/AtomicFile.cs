// Writing a file so that a reader sees the old one or the complete new one, whatever happens in between.
namespace FastTune.Formats;

/// <summary>Writes to a temporary name in the same folder, flushes to the disk, renames.</summary>
public static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = WriteTemporary(path, write);
        File.Move(temporary, path, overwrite: true);
    }

    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes and flushes the temporary file only; its name is returned for the caller to move.</summary>
    internal static string WriteTemporary(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
            write(stream);
            stream.Flush(flushToDisk: true);
            return temporary;
        }
        catch (Exception error)
        {
            File.Delete(temporary);
            if (error is IOException or UnauthorizedAccessException)
                throw new UserError($"{path}: cannot be written ({error.Message}): check the folder, its permissions and the free space", inner: error);
            throw;
        }
    }
}
