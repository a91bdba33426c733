// What writing files that last asks of a disk; tests put one in its place that fails or loses power.
namespace FastTune.Formats;

/// <summary>Changes to files. A change is durable once the file (its bytes) and the folder (its name) were flushed after it.</summary>
internal interface IDisk
{
    /// <summary>A new file, or an old one emptied, open for writing.</summary>
    Stream Create(string path);

    /// <summary>Everything written to <paramref name="file"/> (from <see cref="Create"/>) is on the disk when this returns.</summary>
    void Flush(Stream file);

    /// <summary>The names in a folder are on the disk when this returns.</summary>
    void FlushFolder(string path);

    /// <summary>Renames a file within its folder; what had the new name is replaced in the same instant.</summary>
    void Move(string from, string to);

    /// <summary>Renames a folder within its parent; the new name must be free.</summary>
    void MoveFolder(string from, string to);

    void CreateFolder(string path);

    /// <summary>Deletes a file; nothing happens when there is none.</summary>
    void Delete(string path);

    /// <summary>Deletes a folder and all that is in it.</summary>
    void DeleteFolder(string path);

    /// <summary>Bytes that this user may still write below a folder that exists.</summary>
    long FreeBytes(string folder);
}
