// A dataset that lies on a hub, as dataset_info.json describes it; fetching it is another room's work.
using FastTune.Config;

namespace FastTune.Data;

/// <summary>Names of the repository by hub; null where that hub does not have it.</summary>
/// <param name="Subset">The configuration, or null: the default one.</param>
/// <param name="Folder">Only files below this folder, or null.</param>
public sealed record HubDataset(string Name, string? HuggingFace, string? ModelScope, string? OpenMind, string? Subset, string Split, string? Folder)
{
    /// <summary>The dataset_dir that means: names are ids on the hub.</summary>
    public const string Online = "ONLINE";

    /// <summary>The beginning of a dataset_dir that names a repository with dataset_info.json.</summary>
    public const string Remote = "REMOTE:";

    /// <summary>Those of a recipe's datasets that a hub has. The folder of dataset_info.json must be local by now.</summary>
    public static IReadOnlyList<HubDataset> Of(DataOptions data)
    {
        var names = data.Dataset.Concat(data.EvalDataset).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count == 0) return [];
        if (data.DatasetDir == Online) return names.ConvertAll(name => new HubDataset(name, name, name, name, null, "train", null));
        var catalog = DatasetCatalog.Load(data.DatasetDir, data.HubFiles);
        return [.. names.Select(catalog.OnHub).OfType<HubDataset>()];
    }
}
