// Safetensors: the door to the format (github.com/huggingface/safetensors), reading single and sharded checkpoints and writing them.
using System.Text.Json;

namespace FastTune.Formats;

/// <summary>Opens and writes .safetensors files. Headers are checked completely before anything is mapped.</summary>
public static class Safetensors
{
    public const string SingleName = "model.safetensors";
    public const string IndexName = "model.safetensors.index.json";

    /// <summary>Opens one file.</summary>
    /// <exception cref="UserError">Missing, unreadable, cut off or inconsistent file; the message says which and where.</exception>
    public static TensorSet Open(string path)
    {
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        var (file, metadata) = OpenInto(path, tensors);
        return new TensorSet([file], tensors, metadata);
    }

    /// <summary>True when <see cref="OpenFolder"/> would find weights in <paramref name="folder"/>.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, IndexName)) || File.Exists(Path.Combine(folder, SingleName));

    /// <summary>Opens `model.safetensors`, or the shards that `model.safetensors.index.json` names; other files are not looked at.</summary>
    public static TensorSet OpenFolder(string folder)
    {
        string single = Path.Combine(folder, SingleName), index = Path.Combine(folder, IndexName);
        if (File.Exists(single)) return Open(single);
        if (File.Exists(index)) return Shards.Open(folder, IndexName, (path, tensors) => OpenInto(path, tensors).File);
        throw new UserError($"{folder}: neither {SingleName} nor {IndexName} is there: give a folder that holds a model's weights");
    }

    /// <summary>Writes one file: to a temporary name, flushed, renamed.</summary>
    /// <param name="metadata">The header's `__metadata__`; null writes {"format":"pt"}.</param>
    public static void Write(string path, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, tensors, metadata ?? SafetensorsWriter.PyTorch));

    /// <summary>Writes a checkpoint folder's weights: one file, or shards of at most <paramref name="shardBytes"/> with an index.
    /// Weights of an earlier checkpoint in the same folder are removed once the new ones are in place.</summary>
    public static void WriteFolder(string folder, IReadOnlyList<TensorSource> tensors, long shardBytes) =>
        SafetensorsShards.Write(folder, tensors, shardBytes);

    private static (MappedFile File, IReadOnlyDictionary<string, string> Metadata) OpenInto(string path, Dictionary<string, StoredTensor> tensors)
    {
        var stream = InputFile.Open(path);
        MappedFile? file = null;
        try
        {
            var header = SafetensorsHeader.Read(stream);
            file = MappedFile.Map(stream);
            foreach (var entry in header.Tensors)
            {
                var tensor = new StoredTensor(entry.Name, entry.Type, entry.Shape, file, header.DataStart + entry.Begin, entry.End - entry.Begin);
                if (!tensors.TryAdd(entry.Name, tensor))
                    throw new UserError($"{path}: tensor '{entry.Name}' is in another shard too: the checkpoint is inconsistent, download it again");
            }
            return (file, header.Metadata);
        }
        catch (Exception error)
        {
            stream.Dispose();
            file?.Dispose();
            if (error is JsonException) throw new UserError($"{path}: the header is not valid JSON: the file is damaged, download it again", inner: error);
            throw;
        }
    }
}
