// Small files of the caches (refs, lists, notes): whole or not there, though several threads and processes write the same one.
namespace FastTune.Hub;

internal static class NoteFile
{
    /// <summary>Writes under a name of its own and renames; what a power cut loses is fetched again.</summary>
    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
