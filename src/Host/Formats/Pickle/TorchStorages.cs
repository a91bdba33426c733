// The storages that a pickle refers to by key: how long each is, and, once known, where it lies in the file.
namespace FastTune.Formats;

/// <summary>A run of bytes in the file. <see cref="Type"/> is null when the tensors say it; <see cref="Start"/> is set by who knows it.</summary>
internal sealed class TorchStorage(string key, StoredType? type, long bytes)
{
    public string Key => key;

    public StoredType? Type => type;

    public long Bytes => bytes;

    /// <summary>Byte of the file, or -1 while it is not known.</summary>
    public long Start { get; set; } = -1;
}

/// <summary>Resolves persistent ids: ('storage', class, key, device, number of elements), and None for the views of old streams.</summary>
internal sealed class TorchStorages(string path)
{
    private const int MaxStorages = 1_000_000;

    private readonly Dictionary<string, TorchStorage> _byKey = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, TorchStorage> ByKey => _byKey;

    /// <summary>The storage of an id; the same key must always come with the same type and size.</summary>
    public TorchStorage Find(object?[] id)
    {
        if (id is not ["storage", PickleGlobal { IsStorage: true } type, string key, string, long count, .. var view] || view is not ([] or [null]))
            throw new UserError($"{path}: a storage is described in a way that is not known: save the model again with a recent torch, as safetensors");
        long width = type.Type?.BlockBytes ?? 1;
        if (count < 0 || count > long.MaxValue / width) throw Bad(key, $"claims {count} elements");
        var storage = new TorchStorage(key, type.Type, count * width);
        if (_byKey.TryGetValue(key, out var known))
            return known.Type == storage.Type && known.Bytes == storage.Bytes ? known : throw Bad(key, "is described in two ways");
        if (_byKey.Count == MaxStorages) throw Bad(key, $"is one more than the {MaxStorages} that are read");
        _byKey.Add(key, storage);
        return storage;
    }

    /// <summary>Says where a storage lies and that exactly that many bytes are there.</summary>
    public void Place(TorchStorage storage, long start, long bytes)
    {
        if (bytes != storage.Bytes) throw Bad(storage.Key, $"has {bytes} bytes in the file, its tensors were saved with {storage.Bytes}");
        storage.Start = start;
    }

    public UserError Bad(string key, string what) => new($"{path}: storage '{key}' {what}: the file is damaged, download it again");
}
