// The tensors of one checkpoint file, or of all its shards, open for reading.
namespace FastTune.Formats;

/// <summary>Open, checked and mapped tensor files. Dispose it after the last use of a tensor's bytes.</summary>
public sealed class TensorSet : IDisposable
{
    private readonly IReadOnlyList<MappedFile> _files;

    internal TensorSet(
        IReadOnlyList<MappedFile> files, IReadOnlyDictionary<string, StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        (_files, Tensors, Metadata) = (files, tensors, metadata);
    }

    /// <summary>Tensors by name.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>The header's `__metadata__`; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Sum of the files' sizes in bytes.</summary>
    public long FileBytes => _files.Sum(file => file.Length);

    /// <summary>The tensor of this name; an error that names it when there is none.</summary>
    public StoredTensor this[string name] => Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new UserError($"{(_files.Count > 0 ? _files[0].Path : "file")}: no tensor named '{name}' ({Tensors.Count} tensors): not the file that was expected here");

    /// <summary>The same open tensors under other names; this object still owns the files.</summary>
    /// <exception cref="UserError">Two tensors would have one name.</exception>
    internal TensorSet WithNames(Func<string, string> nameOf)
    {
        var named = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in Tensors)
        {
            if (!named.TryAdd(nameOf(name), tensor))
                throw new UserError($"{tensor.Path}: '{name}' and another tensor would both be '{nameOf(name)}': not the file that was expected here");
        }
        return new TensorSet([], named, Metadata);
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }
}
