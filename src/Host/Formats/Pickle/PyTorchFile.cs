// Pickled checkpoints of torch.save, `pytorch_model.bin`: the door to them, zip form and the older stream form, single and sharded.
namespace FastTune.Formats;

/// <summary>Opens torch's weight files without running anything that they say; tensors are read where they lie.</summary>
public static class PyTorchFile
{
    public const string SingleName = "pytorch_model.bin";
    public const string IndexName = "pytorch_model.bin.index.json";

    // A view may repeat values by a stride of 0; more than this beyond what is stored is no weight but a bomb.
    private const long MaxRepeatedBytes = 1 << 20;

    /// <summary>Opens one file that holds a dictionary of tensors.</summary>
    /// <exception cref="UserError">Missing or damaged file, one that holds something else, or one that asks to run code.</exception>
    public static TensorSet Open(string path)
    {
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        return new TensorSet([OpenInto(path, tensors)], tensors, new Dictionary<string, string>());
    }

    /// <summary>True when <see cref="OpenFolder"/> would find weights in <paramref name="folder"/>.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, IndexName)) || File.Exists(Path.Combine(folder, SingleName));

    /// <summary>Opens `pytorch_model.bin`, or the shards that `pytorch_model.bin.index.json` names; other files are not looked at.</summary>
    public static TensorSet OpenFolder(string folder)
    {
        string single = Path.Combine(folder, SingleName);
        return File.Exists(single) ? Open(single) : Shards.Open(folder, IndexName, OpenInto);
    }

    private static MappedFile OpenInto(string path, Dictionary<string, StoredTensor> tensors)
    {
        var stream = InputFile.Open(path);
        MappedFile? file = null;
        try
        {
            bool isZip = IsZip(stream);
            file = MappedFile.Map(stream);
            foreach (var (name, tensor) in Weights(path, isZip ? TorchZip.Read(file) : TorchStream.Read(file)))
                if (!tensors.TryAdd(name, Stored(name, tensor, file)))
                    throw new UserError($"{path}: tensor '{name}' is in another shard too: the checkpoint is inconsistent, download it again");
            return file;
        }
        catch
        {
            stream.Dispose();
            file?.Dispose();
            throw;
        }
    }

    private static bool IsZip(FileStream stream)
    {
        Span<byte> start = stackalloc byte[64];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        if (start.StartsWith("PK\u0003\u0004"u8)) return true;
        if (start.Length > 0 && start[0] == 0x80) return false;
        throw new UserError($"{stream.Name}: {ForeignFile.Describe(start) ?? "neither of torch's two file forms: the file is damaged, download it again"}");
    }

    private static IEnumerable<(string Name, TorchTensor Tensor)> Weights(string path, object? root)
    {
        if (root is not PickleMap map) throw Wrong(path, "the file does not hold a dictionary of tensors");
        if (map.Items.Count == 0) throw Wrong(path, "the file holds no tensors");
        foreach (var (name, value) in map.Items)
        {
            if (value is not TorchTensor tensor) throw Wrong(path, $"the entry '{name}' is not a tensor");
            if (tensor.Count * tensor.Type.BlockBytes - MaxRepeatedBytes > tensor.Storage.Bytes)
                throw Wrong(path, $"tensor '{name}' repeats {tensor.Storage.Bytes} stored bytes to {tensor.Count * tensor.Type.BlockBytes}");
            yield return (name, tensor);
        }
    }

    private static StoredTensor Stored(string name, TorchTensor tensor, MappedFile file)
    {
        int width = tensor.Type.BlockBytes;
        long start = tensor.Storage.Start + tensor.Offset * width, bytes = tensor.Count * width;
        return new StoredTensor(name, tensor.Type, tensor.Sizes, file, start, bytes)
        {
            View = tensor.IsContiguous ? null : new StridedView(file, start, width, tensor.Sizes, tensor.Strides),
        };
    }

    private static UserError Wrong(string path, string what) => new($"{path}: {what}: weights saved with torch.save(model.state_dict()) are read, or the model's safetensors");
}
