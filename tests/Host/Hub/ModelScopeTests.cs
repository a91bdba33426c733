// ModelScope's protocol against an imitation: lists by folder and page, envelopes, tokens and cookies, both cache layouts.
using System.Security.Cryptography;
using System.Text.Json;
using FastTune.Hub;
using FastTune.Tests.Host.Formats;
using Xunit;

namespace FastTune.Tests.Host.Hub;

public sealed class ModelScopeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LocalServer hub, storage;
    private readonly Dictionary<string, byte[]> files = new() { ["config.json"] = "{}"u8.ToArray(), ["sub/model.safetensors"] = FakeHub.Bytes(50_000) };
    private readonly Watch watch = new();
    private Func<Seen, Reply?> fault = _ => null;
    private bool wrongHash;

    public ModelScopeTests()
    {
        storage = new LocalServer(request => FakeHub.Content(files[Uri.UnescapeDataString(request.Path[1..])], request));
        hub = new LocalServer(request => fault(request) ?? Answer(request));
    }

    public void Dispose()
    {
        hub.Dispose();
        storage.Dispose();
        folder.Dispose();
    }

    private HubSettings Settings => new()
    {
        HuggingFace = hub.Address,
        ModelScope = hub.Address,
        HuggingFaceCache = folder.File("hf"),
        ModelScopeCache = folder.File("ms"),
        ModelScopeToken = HubToken.Of("ms_secret", "MODELSCOPE_API_TOKEN"),
        UseModelScope = true,
        Wait = (_, _) => Task.CompletedTask,
    };

    private string Snapshot => folder.File("ms/models/own.er--name/snapshots/master");

    private LocalRepo Fetch(RepoKind kind = RepoKind.Model, HubSettings? settings = null, string name = "own.er/name", string? revision = "main")
    {
        using var session = new HubSession(settings ?? Settings, watch);
        return session.Fetch(session.Default, RepoId.Parse(kind, name), revision, new PatternFiles([], [], null), null, default);
    }

    private Reply Answer(Seen request)
    {
        var query = request.Target.Split('?')[1].Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
        if (query.GetValueOrDefault("Revision") != "master") return Reply.Json("""{"Code":10010205001,"Success":false,"Message":"revision does not exist"}""", 404);
        if (request.Path.EndsWith("/repo", StringComparison.Ordinal)) return Reply.Empty(302).With("Location", $"{storage.Address}{query["FilePath"]}");
        if (request.Path.EndsWith("/repo/tree", StringComparison.Ordinal)) return Listed(files.Skip((int.Parse(query["PageNumber"]) - 1) * 200).Take(200).Select(Entry));
        bool recursive = query["Recursive"] == "True";
        string root = query["Root"];
        var here = files.Where(file => recursive || (Path.GetDirectoryName(file.Key) ?? "") == root).Select(Entry);
        var folders = recursive || root.Length > 0 ? [] : files.Keys.Select(path => path.Split('/')).Where(parts => parts.Length > 1).Select(parts => parts[0]).Distinct().Select(path => (object)new { Type = "tree", Path = path });
        return Listed(here.Concat(folders).Take(3000));
    }

    private object Entry(KeyValuePair<string, byte[]> file) =>
        new { Type = "blob", Path = file.Key, Size = file.Value.Length, Sha256 = wrongHash ? new string('0', 64) : Convert.ToHexStringLower(SHA256.HashData(file.Value)) };

    private static Reply Listed(IEnumerable<object> entries) => Reply.Json(JsonSerializer.Serialize(new { Code = 200, Success = true, Data = new { Files = entries } }));

    [Fact]
    public void Files_lie_where_the_official_tool_looks_and_main_means_master()
    {
        var repo = Fetch();
        Assert.Equal((Snapshot, "master"), (repo.Folder, repo.Revision));
        foreach (var (path, content) in files) Assert.Equal(content, File.ReadAllBytes(Path.Combine(Snapshot, path)));
        Fetch(settings: Settings with { Offline = true });
        Assert.Equal(2, hub.Requests.Count(request => request.Path.EndsWith("/repo", StringComparison.Ordinal)));
    }

    [Fact]
    public void Token_and_cookie_stay_with_the_hub()
    {
        Fetch();
        Assert.All(hub.Requests, request => Assert.Equal(("Bearer ms_secret", "m_session_id=ms_secret"), (request.Header("Authorization"), request.Header("Cookie"))));
        Assert.Equal(2, storage.Requests.Count);
        Assert.All(storage.Requests, request => Assert.Null(request.Header("Authorization") ?? request.Header("Cookie")));
    }

    [Fact]
    public void A_list_that_was_cut_is_walked_folder_by_folder()
    {
        for (int i = 0; i < 3100; i++) files[$"f{i / 500}/x{i}.txt"] = [];
        files["z/last.json"] = "[]"u8.ToArray();
        using var session = new HubSession(Settings, watch);
        var choice = new PatternFiles(["z/*"], [], null);
        Assert.True(File.Exists(Path.Combine(session.Fetch(session.ModelScope, RepoId.Parse(RepoKind.Model, "own.er/name"), null, choice, null, default).Folder, "z", "last.json")));
    }

    [Fact]
    public void Datasets_are_listed_by_page()
    {
        for (int i = 0; i < 250; i++) files[$"f{i}.txt"] = [];
        var repo = Fetch(RepoKind.Dataset);
        Assert.Equal(252, Directory.GetFiles(repo.Folder, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void An_older_folder_is_used_where_it_exists()
    {
        string old = folder.File("ms/hub/models/own___er/name");
        Directory.CreateDirectory(old);
        File.WriteAllText(Path.Combine(old, "config.json"), "{}");
        Assert.Equal(old, Fetch().Folder);
        Assert.True(File.Exists(Path.Combine(old, "sub", "model.safetensors")));
        Assert.Single(storage.Requests);
    }

    [Fact]
    public void A_wrong_hash_is_refused()
    {
        wrongHash = true;
        Assert.Contains("twice: not kept", Assert.Throws<UserError>(() => Fetch()).Message);
        Assert.False(File.Exists(Path.Combine(Snapshot, "config.json")));
    }

    [Theory]
    [InlineData("""{"Code":500,"Success":true,"Message":"out of order"}""", "out of order")]
    [InlineData("""{"Code":200,"Success":false,"Message":"no \u001b[31mway"}""", "no \\u001b[31mway")]
    [InlineData("""{"Code":200,"Success":true}""", "no Data in the answer")]
    [InlineData("""{"Code":200,"Success":true,"Data":{"Files":[{"Type":"blob","Path":"../x","Size":1}]}}""", "leaves its folder")]
    [InlineData("""{"Code":200,"Success":true,"Data":{"Files":[{"Type":"blob","Path":"x","Size":-1}]}}""", "no size of x")]
    [InlineData("<html>", "check the endpoint")]
    public void An_answer_that_is_none_is_refused(string body, string part)
    {
        fault = _ => Reply.Json(body);
        string message = Assert.Throws<UserError>(() => Fetch()).Message;
        Assert.Contains(part, message);
        Assert.DoesNotContain("ms_secret", message);
    }

    [Fact]
    public void What_is_not_there_is_said()
    {
        Assert.Contains("has no revision 'dev'", Assert.Throws<UserError>(() => Fetch(revision: "dev")).Message);
        Assert.Contains("write owner/name", Assert.Throws<UserError>(() => Fetch(name: "name")).Message);
        Assert.Contains("is not in the cache", Assert.Throws<UserError>(() => Fetch(settings: Settings with { Offline = true })).Message);
    }
}
