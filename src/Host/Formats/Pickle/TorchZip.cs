// torch.save's zip form (since torch 1.6): `<name>/data.pkl` and one uncompressed entry per storage, `<name>/data/<key>`.
using System.Text;

namespace FastTune.Formats;

internal static class TorchZip
{
    private const string Pickle = "/data.pkl";

    /// <summary>Reads the pickle; every storage that it mentions is found in the archive in its exact size.</summary>
    public static object? Read(MappedFile file)
    {
        var entries = ZipDirectory.Read(file).Entries;
        string[] pickles = [.. entries.Keys.Where(name => name.EndsWith(Pickle, StringComparison.Ordinal) && name.Count(letter => letter == '/') == 1)];
        if (pickles is not [var pickle]) throw Bad(file, $"the archive holds {pickles.Length} files named data.pkl, one is expected: not a file of torch.save");
        string folder = pickle[..^Pickle.Length];
        if (entries.TryGetValue($"{folder}/byteorder", out var order) && Text(file, order) == "big")
            throw Bad(file, "the weights were saved on a big-endian machine: save them again on this kind of machine");
        if (entries.ContainsKey($"{folder}/constants.pkl")) throw Bad(file, "this is a TorchScript program, not weights: save the model's state_dict");
        long length = entries[pickle].Length;
        if (length > PickleMachine.MaxBytes) throw Bad(file, $"the pickle has {length} bytes, at most {PickleMachine.MaxBytes} are read: use the model's safetensors");
        var storages = new TorchStorages(file.Path);
        object? root = PickleMachine.Run(file.Slice(entries[pickle].Start, (int)length), file.Path, storages, out _);
        foreach (var (key, storage) in storages.ByKey)
        {
            if (!entries.TryGetValue($"{folder}/data/{key}", out var entry)) throw storages.Bad(key, "is not in the archive");
            storages.Place(storage, entry.Start, entry.Length);
        }
        return root;
    }

    private static string Text(MappedFile file, ZipEntry entry) =>
        entry.Length <= 16 ? Encoding.ASCII.GetString(file.Slice(entry.Start, (int)entry.Length)).Trim() : "";

    private static UserError Bad(MappedFile file, string what) => new($"{file.Path}: {what}");
}
