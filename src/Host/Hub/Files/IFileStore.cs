// Where downloaded files of one revision end up: a cache of blobs and links, or a folder of plain files.
namespace FastTune.Hub;

internal interface IFileStore
{
    /// <summary>Where the files lie, by their paths.</summary>
    string Folder { get; }

    /// <summary>The file is there, whole as far as its size tells.</summary>
    bool Holds(RemoteFile file);

    /// <summary>Puts a file in its place; <paramref name="download"/> fills the partial file whose name it is given.</summary>
    Task Put(RemoteFile file, Func<string, Task> download, CancellationToken cancel);

    /// <summary>Bytes that a download of the file still needs on the disk.</summary>
    long Missing(RemoteFile file);
}
