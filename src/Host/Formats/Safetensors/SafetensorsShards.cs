// Splits a checkpoint into shards as transformers does, writes them with their index, and removes what an earlier checkpoint left.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FastTune.Formats;

internal static partial class SafetensorsShards
{
    public static void Write(string folder, IReadOnlyList<TensorSource> tensors, long shardBytes)
    {
        var shards = Split(tensors, shardBytes);
        var written = new List<(string Temporary, string Name)>();
        try
        {
            for (int i = 0; i < shards.Count; i++) written.Add(WriteOne(folder, Name(i, shards.Count), shards[i]));
            foreach (var (temporary, name) in written) AtomicFile.Rename(temporary, Path.Combine(folder, name));
        }
        catch
        {
            foreach (var (temporary, _) in written) AtomicFile.TryDelete(temporary);
            throw;
        }
        string index = Path.Combine(folder, Safetensors.IndexName);
        if (shards.Count > 1) AtomicFile.WriteText(index, Index(shards));
        else AtomicFile.Disk.Delete(index);
        RemoveStale(folder, written.Select(file => file.Name).ToHashSet());
        AtomicFile.Disk.FlushFolder(folder);
    }

    /// <summary>Fills shards in the given order; a tensor larger than a shard gets one of its own.</summary>
    public static IReadOnlyList<IReadOnlyList<TensorSource>> Split(IReadOnlyList<TensorSource> tensors, long shardBytes)
    {
        var shards = new List<List<TensorSource>>();
        long filled = 0;
        var current = new List<TensorSource>();
        foreach (var tensor in tensors)
        {
            if (tensor.ByteLength > shardBytes)
            {
                shards.Add([tensor]);
                continue;
            }
            if (filled + tensor.ByteLength > shardBytes && current.Count > 0)
            {
                shards.Add(current);
                (current, filled) = ([], 0);
            }
            current.Add(tensor);
            filled += tensor.ByteLength;
        }
        if (current.Count > 0 || shards.Count == 0) shards.Add(current);
        return shards;
    }

    private static (string Temporary, string Name) WriteOne(string folder, string name, IReadOnlyList<TensorSource> tensors) =>
        (AtomicFile.WriteTemporary(Path.Combine(folder, name), stream => SafetensorsWriter.Write(stream, tensors, SafetensorsWriter.PyTorch)), name);

    private static string Name(int i, int count) => count == 1 ? Safetensors.SingleName : $"model-{i + 1:00000}-of-{count:00000}.safetensors";

    private static string Index(IReadOnlyList<IReadOnlyList<TensorSource>> shards)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < shards.Count; i++)
            foreach (var tensor in shards[i]) map[tensor.Name] = Name(i, shards.Count);
        var all = shards.SelectMany(shard => shard).ToArray();
        var index = new
        {
            metadata = new { total_parameters = all.Sum(tensor => tensor.Count), total_size = all.Sum(tensor => tensor.ByteLength) },
            weight_map = map,
        };
        return JsonSerializer.Serialize(index, new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }

    private static void RemoveStale(string folder, HashSet<string> keep)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "model*.safetensors"))
        {
            string name = Path.GetFileName(path);
            if (!keep.Contains(name) && WeightFile().IsMatch(name)) AtomicFile.Disk.Delete(path);
        }
    }

    [GeneratedRegex(@"^model(-\d{5}-of-\d{5})?\.safetensors$")]
    private static partial Regex WeightFile();
}
