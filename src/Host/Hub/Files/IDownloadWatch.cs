// What a download tells the one who watches.
namespace FastTune.Hub;

/// <summary>Calls come from several threads at once.</summary>
internal interface IDownloadWatch
{
    /// <summary>A file begins; dispose what comes back when it ends.</summary>
    /// <param name="size">Bytes in all.</param>
    IFileWatch Begin(string path, long size);

    /// <summary>A line that the user should see.</summary>
    void Note(string line);
}

internal interface IFileWatch : IDisposable
{
    /// <summary>Bytes that are here now, from an earlier attempt or this one.</summary>
    void Have(long bytes);

    /// <summary>The file is whole and in its place.</summary>
    void Done();
}
