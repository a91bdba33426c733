// What of a folder survives a power cut: flushed bytes under flushed names, as POSIX promises and not more.
namespace FastTune.Tests.Host.Train;

/// <summary>Follows the changes below <paramref name="root"/>, which begins as wholly durable. Names belong to folders, bytes to files: a
/// rename moves a file with what it had flushed, and lasts once its folder is flushed.</summary>
internal sealed class DurableImage
{
    private sealed class Node
    {
        public byte[]? Flushed { get; set; }
        public Dictionary<string, Node>? Now { get; set; }
        public Dictionary<string, Node> Durable { get; set; } = [];
    }

    private readonly string _root;
    private readonly Node _tree;

    public DurableImage(string root)
    {
        _root = Path.GetFullPath(root);
        _tree = Directory.Exists(_root) ? Scan(_root) : new Node { Now = [] };
    }

    public void FileCreated(string path) => Folder(Path.GetDirectoryName(path)!).Now![Path.GetFileName(path)] = new Node();

    public void FolderCreated(string path) => Folder(path);

    public void FileFlushed(string path, byte[] bytes) =>
        Folder(Path.GetDirectoryName(path)!).Now![Path.GetFileName(path)].Flushed = bytes;

    public void FolderFlushed(string path)
    {
        Node folder = Folder(path);
        folder.Durable = new(folder.Now!);
    }

    public void Moved(string from, string to)
    {
        Folder(Path.GetDirectoryName(from)!).Now!.Remove(Path.GetFileName(from), out Node? node);
        Folder(Path.GetDirectoryName(to)!).Now![Path.GetFileName(to)] = node!;
    }

    public void Removed(string path) => Folder(Path.GetDirectoryName(path)!).Now!.Remove(Path.GetFileName(path));

    /// <summary>Puts the durable tree in the place of the real one. Files that a run writes past its disk (its log) stay as they are.</summary>
    /// <param name="kept">Names of such files in the root.</param>
    public void Restore(params string[] kept)
    {
        var bytes = kept.Select(name => Path.Combine(_root, name)).Where(File.Exists).ToDictionary(path => path, File.ReadAllBytes);
        Directory.Delete(_root, recursive: true);
        Write(_tree, _root);
        foreach (var (path, content) in bytes) File.WriteAllBytes(path, content);
    }

    private static Node Scan(string path)
    {
        if (File.Exists(path)) return new Node { Flushed = File.ReadAllBytes(path) };
        var names = Directory.EnumerateFileSystemEntries(path).ToDictionary(entry => Path.GetFileName(entry), Scan);
        return new Node { Now = names, Durable = new(names) };
    }

    // A name that was flushed before its file's bytes were is an empty file.
    private static void Write(Node node, string path)
    {
        if (node.Now is null)
        {
            File.WriteAllBytes(path, node.Flushed ?? []);
            return;
        }
        Directory.CreateDirectory(path);
        foreach (var (name, child) in node.Durable) Write(child, Path.Combine(path, name));
    }

    private Node Folder(string path)
    {
        Node node = _tree;
        string relative = Path.GetRelativePath(_root, Path.GetFullPath(path));
        foreach (string name in relative == "." ? [] : relative.Split(Path.DirectorySeparatorChar))
        {
            if (!node.Now!.TryGetValue(name, out Node? child)) node.Now[name] = child = new Node { Now = [] };
            node = child;
        }
        return node;
    }
}
