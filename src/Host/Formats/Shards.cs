// A checkpoint in several files: those that an index names, and no others, seen as one set of tensors.
namespace FastTune.Formats;

internal static class Shards
{
    /// <summary>Opens the shards that <paramref name="indexName"/> in <paramref name="folder"/> names, with <paramref name="open"/>,
    /// which adds a file's tensors to the dictionary.</summary>
    /// <exception cref="UserError">Damaged index, missing shard, a tensor that is not where the index says.</exception>
    public static TensorSet Open(string folder, string indexName, Func<string, Dictionary<string, StoredTensor>, MappedFile> open)
    {
        var index = ShardIndex.Read(Path.Combine(folder, indexName));
        var files = new List<MappedFile>();
        try
        {
            var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
            foreach (string shard in index.Shards)
            {
                string path = Path.Combine(folder, shard);
                if (!File.Exists(path)) throw new UserError($"{path}: shard named in {indexName} is missing: download the model again");
                files.Add(open(path, tensors));
            }
            index.RequireComplete(folder, indexName, tensors);
            return new TensorSet(files, tensors, new Dictionary<string, string>());
        }
        catch
        {
            foreach (var file in files) file.Dispose();
            throw;
        }
    }
}
