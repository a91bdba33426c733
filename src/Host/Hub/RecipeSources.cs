// The room's door: a recipe that names models and datasets of hubs goes in; the same recipe with local folders and files comes out.
using FastTune.Config;
using FastTune.Data;

namespace FastTune.Hub;

/// <summary>Names that lie on this machine stay as they are and cost nothing; for the others a hub, or its cache, is asked.</summary>
public static class RecipeSources
{
    /// <summary>What a path has at its end and a repository's name has not.</summary>
    private static readonly string[] FileEndings = [".gguf", ".safetensors", ".bin", ".json", ".yaml", ".yml"];

    /// <param name="weights">False: of models only what their tokenizer needs.</param>
    /// <exception cref="UserError">What cannot be fetched, and why.</exception>
    public static Recipe Local(Recipe recipe, ITerminal terminal, bool weights = true) =>
        Local(recipe, terminal, weights, HubSettings.FromEnvironment);

    internal static Recipe Local(Recipe recipe, ITerminal terminal, bool weights, Func<HubSettings> environment)
    {
        bool remoteCatalog = recipe.Purpose == Purpose.Train && recipe.Data.DatasetDir.StartsWith(HubDataset.Remote, StringComparison.Ordinal);
        bool models = recipe.Model.AdapterNameOrPath.Prepend(recipe.Model.ModelNameOrPath).Any(name => OnHub(name) is not null);
        var datasets = recipe.Purpose == Purpose.Train && !remoteCatalog ? HubDataset.Of(recipe.Data) : [];
        if (!models && !remoteCatalog && datasets.Count == 0) return recipe;
        var settings = With(environment(), recipe.Model);
        using var watch = new ConsoleWatch(terminal, settings.ProgressBars, json: false);
        using var session = new HubSession(settings, watch);
        var fetch = new Fetching(session, settings, terminal.NextInterrupt());
        if (models) recipe = recipe with { Model = fetch.Models(recipe.Model, weights) };
        if (remoteCatalog)
        {
            recipe = recipe with { Data = fetch.Catalog(recipe.Data) };
            datasets = HubDataset.Of(recipe.Data);
        }
        return datasets.Count == 0 ? recipe : recipe with { Data = fetch.Datasets(recipe.Data, datasets) };
    }

    /// <summary>The settings with what the recipe says of cache and tokens.</summary>
    private static HubSettings With(HubSettings settings, ModelOptions model) => settings with
    {
        HuggingFaceCache = model.CacheDir is { } cache ? Path.GetFullPath(cache) : settings.HuggingFaceCache,
        ModelScopeCache = model.CacheDir is { } other ? Path.GetFullPath(other) : settings.ModelScopeCache,
        HuggingFaceToken = HubToken.Of(model.HfHubToken, "hf_hub_token") ?? settings.HuggingFaceToken,
        ModelScopeToken = HubToken.Of(model.MsHubToken, "ms_hub_token") ?? settings.ModelScopeToken,
    };

    /// <summary>The repository that a name means, or null when it is a path.</summary>
    private static RepoId? OnHub(string name) =>
        Directory.Exists(name) || File.Exists(name) || FileEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            ? null : RepoId.TryParse(RepoKind.Model, name);

    private sealed class Fetching(HubSession session, HubSettings settings, CancellationToken cancel)
    {
        public ModelOptions Models(ModelOptions model, bool weights) => model with
        {
            BaseName = model.ModelNameOrPath,
            ModelNameOrPath = Model("model_name_or_path", model.ModelNameOrPath, model.ModelRevision, weights),
            AdapterNameOrPath = [.. model.AdapterNameOrPath.Select(name => Model("adapter_name_or_path", name, model.ModelRevision, weights))],
        };

        public DataOptions Catalog(DataOptions data)
        {
            var id = RepoId.Parse(RepoKind.Dataset, data.DatasetDir[HubDataset.Remote.Length..]);
            var repo = session.Fetch(session.HuggingFace, id, null, new PatternFiles(["dataset_info.json"], [], null), null, cancel);
            return data with { DatasetDir = repo.Folder };
        }

        public DataOptions Datasets(DataOptions data, IReadOnlyList<HubDataset> datasets) =>
            data with { HubFiles = datasets.ToDictionary(dataset => dataset.Name, Files) };

        private string Model(string key, string name, string revision, bool weights)
        {
            if (OnHub(name) is not { } id) return name;
            var choice = new ModelFiles(id, weights);
            try
            {
                return choice.Opened(session.Fetch(session.Default, id, revision, choice, null, cancel).Folder);
            }
            catch (UserError error)
            {
                throw new UserError($"{key}: there is no folder {name} here, and from the hub: {error.Message}", error.ExitCode, error);
            }
        }

        /// <summary>LLaMA-Factory's order: ModelScope where it is preferred or alone, else Hugging Face.</summary>
        private IReadOnlyList<string> Files(HubDataset dataset)
        {
            bool modelScope = dataset.ModelScope is not null && (settings.UseModelScope || dataset.HuggingFace is null);
            string name = (modelScope ? dataset.ModelScope : dataset.HuggingFace)
                ?? throw new UserError($"dataset '{dataset.Name}': om_hub_url names the Openmind hub, which is not supported; download the data and give its file_name");
            var id = RepoId.TryParse(RepoKind.Dataset, name) ?? throw new UserError($"dataset '{dataset.Name}': '{name}' is no name of a repository; write org/name");
            var choice = new DatasetFiles(id, dataset.Subset, dataset.Split, dataset.Folder);
            var repo = session.Fetch(modelScope ? session.ModelScope : session.HuggingFace, id, null, choice, null, cancel);
            return [.. choice.Chosen.Select(path => Path.Combine(repo.Folder, path))];
        }
    }
}
