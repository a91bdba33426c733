// Which data files of a dataset's repository make up a split: from README.md's configs, else from the names.
using FastTune.Config;

namespace FastTune.Hub;

/// <param name="subset">A configuration's name, or null: the default one.</param>
/// <param name="folder">Only files below this folder (data_dir), or null.</param>
internal sealed class DatasetFiles(RepoId id, string? subset, string split, string? folder) : IFileChoice
{
    private const string Card = "README.md";
    private static readonly string[] Forms = [".parquet", ".jsonl", ".json", ".csv", ".tsv", ".txt", ".arrow"];
    private static readonly string[] Packed = [".gz", ".zst", ".zip", ".xz", ".bz2"];
    private static readonly HashSet<string> NotData = new(["config.json", "dataset_info.json", "dataset_infos.json", "requirements.txt", "LICENSE.txt"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The chosen files, in reading order; set by <see cref="Then"/>.</summary>
    public IReadOnlyList<string> Chosen { get; private set; } = [];

    public IReadOnlyList<string> First(IReadOnlyList<string> paths) => paths.Contains(Card) ? [Card] : [];

    public IReadOnlyList<string> Then(string snapshot, IReadOnlyList<string> paths)
    {
        string card = Path.Combine(snapshot, Card);
        var configs = paths.Contains(Card) && File.Exists(card) ? DatasetCard.Configs(card, id) : [];
        var data = paths.Where(IsData).Order(StringComparer.Ordinal).ToList();
        if (data.Count == 0) throw Nothing(paths);
        Chosen = OneForm(Config(configs) is { } config ? Described(config, data) : Guessed(data));
        return Chosen;
    }

    private DatasetConfig? Config(IReadOnlyList<DatasetConfig> configs)
    {
        if (folder is not null || configs.Count == 0)
            return subset is null || folder is not null ? null : throw new UserError($"{id} describes no subsets, the recipe asks for '{subset}'; leave subset out");
        if (subset is not null)
            return configs.FirstOrDefault(config => config.Name == subset)
                ?? throw new UserError($"{id} has no subset '{subset}'{Nearest.Hint(subset, configs.Select(config => config.Name))}; it has {string.Join(", ", configs.Select(config => config.Name).Take(20))}");
        return configs.Count == 1 ? configs[0] : configs.FirstOrDefault(config => config.IsDefault || config.Name == "default")
            ?? throw new UserError($"{id} has several subsets; name one with subset: {string.Join(", ", configs.Select(config => config.Name).Take(20))}");
    }

    private List<string> Described(DatasetConfig config, List<string> data)
    {
        if (config.Splits.Count == 0)
        {
            var below = config.Folder is null ? data : data.FindAll(path => Below(config.Folder, path));
            return below.Count > 0 ? BySplit(below) : throw Unfit(config, data);
        }
        if (!config.Splits.TryGetValue(split, out var patterns)) throw NoSplit(config.Splits.Keys);
        var fits = patterns.SelectMany(pattern => data.Where(path => PatternFiles.Fits([Whole(config, pattern)], path))).Distinct().ToList();
        return fits.Count > 0 ? fits : throw Unfit(config, data);
    }

    private static string Whole(DatasetConfig config, string pattern)
    {
        pattern = pattern.StartsWith("./", StringComparison.Ordinal) ? pattern[2..] : pattern;
        pattern = pattern.Replace("**/", "*", StringComparison.Ordinal).Replace("**", "*", StringComparison.Ordinal);
        return config.Folder is { Length: > 0 } parent ? $"{parent.Trim('/')}/{pattern}" : pattern;
    }

    private List<string> Guessed(List<string> data)
    {
        var below = folder is null ? data : data.FindAll(path => Below(folder, path));
        return below.Count > 0 ? BySplit(below) : throw new UserError($"{id} has no data files below folder '{folder}'; it has {string.Join(", ", data.Take(10))}");
    }

    private List<string> BySplit(List<string> data)
    {
        var splits = DatasetSplits.Of(data);
        return splits.TryGetValue(split, out var files) ? files : throw NoSplit(splits.Keys);
    }

    /// <summary>Files of one form: the most frequent.</summary>
    private List<string> OneForm(List<string> files)
    {
        if (files.Find(file => Packed.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)) is { } packed)
            throw new UserError($"{id}: {packed} is compressed, which is not read yet; unpack it into a folder and give its file_name");
        string form = files.GroupBy(file => Path.GetExtension(file).ToLowerInvariant()).OrderByDescending(group => group.Count()).ThenBy(group => Array.IndexOf(Forms, group.Key)).First().Key;
        return files.FindAll(file => file.EndsWith(form, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsData(string path)
    {
        string bare = Packed.FirstOrDefault(suffix => path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) is { } packed ? path[..^packed.Length] : path;
        return Forms.Contains(Path.GetExtension(bare), StringComparer.OrdinalIgnoreCase) && !NotData.Contains(Path.GetFileName(path)) && !path.Split('/').Any(part => part[..Math.Min(1, part.Length)] is "." or "_");
    }

    private static bool Below(string folder, string path) => path.StartsWith(folder.Trim('/') + "/", StringComparison.Ordinal);

    private UserError Nothing(IReadOnlyList<string> paths) => paths.Any(path => path.EndsWith(".py", StringComparison.OrdinalIgnoreCase))
        ? new UserError($"{id} is a script, and code of a hub is never run; its revision refs/convert/parquet often has the data: write {id.Name}@refs/convert/parquet")
        : new UserError($"{id} has no data files that can be read ({string.Join(", ", Forms)}); download it and convert it");

    private UserError NoSplit(IEnumerable<string> splits) =>
        new($"{id} has no split '{split}'{(split.AsSpan().IndexOfAny("[+%") >= 0 ? " (parts and sums of splits are not read; use max_samples)" : "")}; it has {string.Join(", ", splits.Take(20))}");

    private UserError Unfit(DatasetConfig config, List<string> data) =>
        new($"{id}: no file fits what README.md says of subset '{config.Name}'; the repository has {string.Join(", ", data.Take(10))}; its owner has to repair it, or name a folder");
}
