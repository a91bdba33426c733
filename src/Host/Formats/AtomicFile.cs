// Writing a file so that a reader sees the old one or the complete new one, whatever happens in between, power loss included.
namespace FastTune.Formats;

/// <summary>Writes to a temporary name in the same folder, flushes the file, renames it, flushes the folder.</summary>
public static class AtomicFile
{
    private const string Ending = ".tmp";
    private static readonly SystemDisk Real = new();
    private static readonly AsyncLocal<IDisk?> Replaced = new();

    /// <summary>The disk that this flow of control writes to. Set by tests only; null: the real one.</summary>
    internal static IDisk? Replacement { set => Replaced.Value = value; }

    internal static IDisk Disk => Replaced.Value ?? Real;

    public static void Write(string path, Action<Stream> write)
    {
        string temporary = WriteTemporary(path, write);
        Rename(temporary, path);
        Guard(path, () => Disk.FlushFolder(FolderOf(path)));
    }

    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes and flushes the temporary file only; its name is returned for the caller to <see cref="Rename"/>.</summary>
    internal static string WriteTemporary(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Environment.ProcessId}{Ending}";
        try
        {
            Guard(path, () =>
            {
                Disk.CreateFolder(FolderOf(path));
                using Stream stream = Disk.Create(temporary);
                write(stream);
                Disk.Flush(stream);
            });
            return temporary;
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Gives a temporary file its name; the caller flushes the folder when all are renamed.</summary>
    internal static void Rename(string temporary, string path)
    {
        try
        {
            Guard(path, () => Disk.Move(temporary, path));
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>True for the name of a temporary file, which a process that died may have left.</summary>
    internal static bool IsTemporary(string name)
    {
        if (!name.EndsWith(Ending, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> process = Path.GetExtension(name.AsSpan(0, name.Length - Ending.Length));
        return process.Length > 1 && !process[1..].ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>Deletes a temporary file on the way out of an error, which is the one to be heard of, not a second one from here.</summary>
    internal static void TryDelete(string temporary)
    {
        try
        {
            Disk.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    internal static UserError CannotWrite(string path, Exception error) =>
        new($"{path}: cannot be written ({error.Message}): check the folder, its permissions and the free space", inner: error);

    private static void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, error);
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
