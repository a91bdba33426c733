// fasttune download: bring a model or a dataset of a hub into the cache and print where it lies.
using System.Text.Json;
using FastTune.Hub;

namespace FastTune.Cli;

internal static class DownloadVerb
{
    private const string Revision = "--revision", Include = "--include", Exclude = "--exclude", Hub = "--hub", LocalDir = "--local-dir", Dataset = "--dataset", Json = "--json";

    public static readonly Verb Verb = new("download", $"NAME [{Revision} R] [{Include} GLOB] [{Exclude} GLOB] [{Hub} hf|modelscope] …", "fetch a model or a dataset from a hub",
        """
        NAME is org/name on the Hugging Face hub or ModelScope; org/name:Q8_0 picks a GGUF file. What
        loading the model needs is fetched (with --dataset: every file but code), or what fits --include;
        * in a pattern crosses folders. Nothing is fetched twice: the cache is that of the hubs' own tools
        (HF_HOME, HF_HUB_CACHE, MODELSCOPE_CACHE), or the folder of --local-dir. An interrupted download
        goes on when run again; every file is checked against its hash. Where the files lie is the last
        line on standard output; --json prints progress there, too. HF_ENDPOINT, HF_TOKEN,
        MODELSCOPE_API_TOKEN, HF_HUB_OFFLINE and HTTPS_PROXY are honoured.
        Example: fasttune download Qwen/Qwen3-0.6B
        """, Run);

    private static int Run(IReadOnlyList<string> arguments, ITerminal terminal)
    {
        var flags = new Flags(Verb, arguments, [Revision, Include, Exclude, Hub, LocalDir], [Dataset, Json]);
        if (flags.Names.Count != 1) throw new UserError("download takes one name: fasttune download org/name", exitCode: 2);
        var id = RepoId.Parse(flags.Has(Dataset) ? RepoKind.Dataset : RepoKind.Model, flags.Names[0]);
        var settings = HubSettings.FromEnvironment();
        using var watch = new ConsoleWatch(terminal, settings.ProgressBars, flags.Has(Json));
        using var session = new HubSession(settings, watch);
        var hub = flags.Last(Hub) switch
        {
            null => session.Default,
            "hf" or "huggingface" => session.HuggingFace,
            "ms" or "modelscope" => session.ModelScope,
            string other => throw new UserError($"{Hub}: '{other}' is no hub; choose hf or modelscope", exitCode: 2),
        };
        var model = id.Kind == RepoKind.Model ? new ModelFiles(id) : null;
        var choice = new PatternFiles(flags.All(Include), flags.All(Exclude), model);
        var repo = session.Fetch(hub, id, flags.Last(Revision), choice, flags.Last(LocalDir), terminal.NextInterrupt());
        string path = model?.Opened(repo.Folder) ?? repo.Folder;
        terminal.Out.WriteLine(flags.Has(Json) ? JsonSerializer.Serialize(new { @event = "done", path, revision = repo.Revision }) : Printable.Line(path));
        return 0;
    }
}
