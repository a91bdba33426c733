// Fills a folder beside the target and puts its files in place only when all of them are complete.
using FastTune.Formats;

namespace FastTune.Export;

internal static class ExportFolder
{
    /// <summary>Weight files of an earlier export that the new one does not replace are removed: a reader would take them for a part of it.</summary>
    /// <exception cref="UserError">The folder cannot be written.</exception>
    public static void Write(string target, Action<string> fill)
    {
        string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target)), temporary = $"{whole}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            if (Directory.Exists(whole)) Replace(temporary, whole);
            else Directory.Move(temporary, whole);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"export_dir: {target} cannot be written ({error.Message}): check the folder, its permissions and the free space", inner: error);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    private static void Replace(string temporary, string target)
    {
        string[] names = [.. Directory.EnumerateFiles(temporary).Select(path => Path.GetFileName(path))];
        string[] old = [.. Directory.EnumerateFiles(target, "model*.safetensors"), Path.Combine(target, Safetensors.IndexName)];
        foreach (string path in old.Where(path => !names.Contains(Path.GetFileName(path)))) File.Delete(path);
        foreach (string name in names) File.Move(Path.Combine(temporary, name), Path.Combine(target, name), overwrite: true);
    }
}
