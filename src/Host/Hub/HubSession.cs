// One command's dealings with hubs: settings, connections, and the two hubs behind one call.
namespace FastTune.Hub;

internal sealed class HubSession : IDisposable
{
    private readonly HubSettings settings;
    private readonly IDownloadWatch watch;
    private readonly HubHttp http;

    public HubSession(HubSettings settings, IDownloadWatch watch)
    {
        (this.settings, this.watch, http) = (settings, watch, new HubHttp(settings));
        HuggingFace = new HuggingFaceHub(settings, http);
        ModelScope = new ModelScopeHub(settings, http);
    }

    public IModelHub HuggingFace { get; }
    public IModelHub ModelScope { get; }

    /// <summary>The hub that names mean: USE_MODELSCOPE_HUB and USE_OPENMIND_HUB decide, as in LLaMA-Factory.</summary>
    /// <exception cref="UserError">Openmind is asked for.</exception>
    public IModelHub Default => settings.UseModelScope ? ModelScope
        : settings.UseOpenMind ? throw new UserError("USE_OPENMIND_HUB: the Openmind hub (modelers.cn) is not supported; unset it, or download the files and name their folder")
        : HuggingFace;

    public void Dispose() => http.Dispose();

    /// <summary>Brings what <paramref name="choice"/> picks of a repository here.</summary>
    public LocalRepo Fetch(IModelHub hub, RepoId id, string? revision, IFileChoice choice, string? localFolder, CancellationToken cancel) =>
        new RepoDownload(settings, hub, watch).Run(id, revision, choice, localFolder, cancel).GetAwaiter().GetResult();
}
