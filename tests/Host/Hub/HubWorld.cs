// What a test of the hub room needs: a hub on loopback, an empty cache, settings without waits, and what the user was told.
using FastTune.Hub;
using FastTune.Tests.Host.Formats;

namespace FastTune.Tests.Host.Hub;

internal sealed class HubWorld : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public HubWorld(FakeHub? hub = null)
    {
        Hub = hub ?? new FakeHub();
        Settings = Near(Hub.Address);
    }

    public FakeHub Hub { get; }
    public HubSettings Settings { get; set; }
    public Watch Watch { get; } = new();
    public List<string> Notes => Watch.Notes;
    public string Cache => folder.File("hub");
    public string Repository => Path.Combine(Cache, "models--org--name");
    public string Snapshot => Path.Combine(Repository, "snapshots", FakeHub.Commit);

    public string File(string name) => folder.File(name);

    public HubSettings Near(Uri address) => new()
    {
        HuggingFace = address,
        ModelScope = address,
        HuggingFaceCache = Cache,
        ModelScopeCache = folder.File("ms"),
        AnswerTimeout = TimeSpan.FromSeconds(60),
        ReadTimeout = TimeSpan.FromSeconds(60),
        Wait = (_, cancel) => Task.Delay(1, cancel),
    };

    public LocalRepo Fetch(IFileChoice? choice = null, string name = "org/name", string? revision = null, string? localFolder = null, CancellationToken cancel = default)
    {
        var id = RepoId.Parse(RepoKind.Model, name);
        using var session = new HubSession(Settings, Watch);
        return session.Fetch(session.Default, id, revision, choice ?? new PatternFiles([], [], null), localFolder, cancel);
    }

    public string Error(IFileChoice? choice = null, string name = "org/name", string? revision = null)
    {
        var error = Xunit.Assert.Throws<UserError>(() => Fetch(choice, name, revision));
        Xunit.Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    /// <summary>The cache holds exactly the hub's files, reachable through the snapshot.</summary>
    public void RequireWhole()
    {
        foreach (var (path, file) in Hub.Files) Xunit.Assert.Equal(file.Content, System.IO.File.ReadAllBytes(Path.Combine(Snapshot, path)));
        Xunit.Assert.Empty(Directory.GetFiles(Path.Combine(Repository, "blobs"), "*.incomplete*"));
    }

    public void Dispose()
    {
        Hub.Dispose();
        folder.Dispose();
    }
}

/// <summary>Keeps what a download tells.</summary>
internal sealed class Watch : IDownloadWatch, IFileWatch
{
    public List<string> Notes { get; } = [];
    public List<long> Haves { get; } = [];

    public IFileWatch Begin(string path, long size) => this;

    public void Note(string line)
    {
        lock (Notes) Notes.Add(line);
    }

    public void Have(long bytes)
    {
        lock (Haves) Haves.Add(bytes);
    }

    public void Done()
    {
        // Nothing to keep.
    }

    public void Dispose()
    {
        // Nothing to end.
    }
}
