// What a hub refuses, and what of a hub is refused: statuses, redirects, secrets, hostile lists and answers.
using System.Text;
using FastTune.Hub;
using Xunit;

namespace FastTune.Tests.Host.Hub;

public class ProtocolTests
{
    private static HubWorld World(string? token = null)
    {
        var world = new HubWorld();
        world.Hub.Add("config.json", "{}").Add("model.safetensors", FakeHub.Bytes(1000), large: true);
        world.Settings = world.Settings with { HuggingFaceToken = HubToken.Of(token, "HF_TOKEN") };
        return world;
    }

    private static ModelFiles Model(string name = "org/name") => new(RepoId.Parse(RepoKind.Model, name));

    [Theory]
    [InlineData(401, "RepoNotFound", "Repository not found", null, "is not on 127.0.0.1, or it is private: check the name (no token was sent: set HF_TOKEN)")]
    [InlineData(404, "RepoNotFound", null, "hf_secret", "check the name (the token from HF_TOKEN was sent)")]
    [InlineData(401, null, "Invalid username or password.", null, "or it is private")]
    [InlineData(401, null, "Invalid credentials in Authorization header", "hf_secret", "does not accept the token from HF_TOKEN")]
    [InlineData(403, "GatedRepo", "Access is restricted", "hf_secret", "is gated: accept its licence at")]
    [InlineData(401, "GatedRepo", "Access is restricted", null, "(no token was sent: set HF_TOKEN)")]
    [InlineData(403, null, "Access to this resource is disabled.", null, "was taken down")]
    [InlineData(403, null, null, null, "forbids access")]
    [InlineData(418, null, "tea", null, "answered 418")]
    public void A_refusal_is_one_line_with_a_remedy(int status, string? code, string? said, string? token, string part)
    {
        using var world = World(token);
        world.Hub.Fault = _ => Reply.Empty(status).With("X-Error-Code", code).With("X-Error-Message", said);
        string message = world.Error();
        Assert.Contains(part, message);
        Assert.DoesNotContain("hf_secret", message);
        Assert.Single(world.Hub.Requests);
    }

    [Fact]
    public void The_servers_words_are_shown_without_control_characters()
    {
        using var world = World();
        world.Hub.Fault = _ => Reply.Empty(403).With("X-Error-Message", "go \u001b[31maway");
        Assert.Contains("go \\u001b[31maway", world.Error());
    }

    [Fact]
    public void A_missing_revision_is_answered_with_near_ones()
    {
        using var world = World();
        Assert.Contains("has no revision 'mian' on 127.0.0.1 (did you mean 'main'?)", world.Error(revision: "mian"));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(429)]
    public void Passing_faults_are_tried_again_five_times(int status)
    {
        using var world = World();
        int left = 5;
        world.Hub.Fault = _ => Interlocked.Decrement(ref left) >= 0 ? Reply.Empty(status) : null;
        world.Fetch();
        world.RequireWhole();
        world.Hub.Forget();
        world.Hub.Fault = _ => Reply.Empty(status);
        world.Fetch();
        Assert.Equal(6, world.Hub.Requests.Count);
        Assert.Contains(world.Notes, note => note.Contains("is taken from the cache", StringComparison.Ordinal));
        Assert.Contains("it is not in the cache either", world.Error(name: "org/other"));
    }

    [Theory]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("RateLimit", "\"api\";r=0;t=55", 55)]
    public void The_server_says_how_long_to_wait(string header, string value, int seconds)
    {
        using var world = World();
        var waits = new List<TimeSpan>();
        world.Settings = world.Settings with
        {
            Wait = (wait, _) =>
            {
                waits.Add(wait);
                return Task.CompletedTask;
            },
        };
        int left = 1;
        world.Hub.Fault = _ => Interlocked.Decrement(ref left) >= 0 ? Reply.Empty(429).With(header, value) : null;
        world.Fetch();
        Assert.Equal([TimeSpan.FromSeconds(seconds)], waits);
    }

    [Fact]
    public void Waits_double_up_to_eight_seconds()
    {
        using var world = World();
        var waits = new List<double>();
        world.Settings = world.Settings with
        {
            Wait = (wait, _) =>
            {
                waits.Add(wait.TotalSeconds);
                return Task.CompletedTask;
            },
        };
        world.Hub.Fault = _ => new Reply(200, []) { CutAfter = -1 };
        world.Error();
        Assert.Equal([1, 2, 4, 8, 8], waits);
    }

    [Fact]
    public void A_slow_hub_is_left_for_the_cache()
    {
        using var world = World();
        world.Fetch();
        world.Settings = world.Settings with { AnswerTimeout = TimeSpan.FromMilliseconds(100), Retries = 1 };
        world.Hub.Fault = _ => Reply.Empty(200) with { Delay = TimeSpan.FromSeconds(2) };
        Assert.Equal(world.Snapshot, world.Fetch().Folder);
        Assert.Contains(world.Notes, note => note.Contains("no answer within 0.1 s", StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_at_the_address_is_said_at_once()
    {
        using var world = World();
        world.Hub.Dispose();
        Assert.Contains("no connection to 127.0.0.1", world.Error());
    }

    [Theory]
    [InlineData("<html>Log in to the airport</html>")]
    [InlineData("{\"sha\":\"../../x\"}")]
    [InlineData("{\"sha\":7}")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_page_that_is_no_hubs_is_refused(string body)
    {
        using var world = World();
        world.Hub.Fault = _ => new Reply(200, Encoding.UTF8.GetBytes(body)).With("Content-Type", "text/html");
        Assert.Contains("127.0.0.1", world.Error());
        Assert.False(Directory.Exists(world.Repository));
    }

    [Fact]
    public void Without_X_Repo_Commit_it_is_no_hub()
    {
        using var world = World();
        world.Hub.Fault = request => request.Method == "HEAD" ? Reply.Empty(200) : null;
        Assert.Contains("no X-Repo-Commit", world.Error());
    }

    [Fact]
    public void The_token_goes_to_the_hub_and_nowhere_else()
    {
        using var world = World("hf_secret");
        world.Fetch();
        Assert.All(world.Hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Header("Authorization")));
        Assert.NotEmpty(world.Hub.StorageRequests);
        Assert.All(world.Hub.StorageRequests, request => Assert.Null(request.Header("Authorization")));
        Assert.DoesNotContain(Directory.EnumerateFiles(world.Cache, "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains("hf_secret", StringComparison.Ordinal));
    }

    /// <summary>A host that was left once is not trusted again within the same request.</summary>
    [Fact]
    public void A_way_back_from_another_host_carries_no_token()
    {
        using var world = World("hf_secret");
        world.Hub.StorageFault = request => Reply.Empty(302).With("Location", $"{world.Hub.Address}back");
        world.Hub.Fault = request => request.Path == "/back" ? new Reply(200, world.Hub.Files["model.safetensors"].Content) : null;
        world.Fetch();
        Assert.Null(world.Hub.Requests.Single(request => request.Path == "/back").Header("Authorization"));
    }

    [Theory]
    [InlineData("file:///etc/passwd", "no web address")]
    [InlineData("ftp://127.0.0.1/x", "no web address")]
    [InlineData(null, "without saying where to")]
    public void Redirects_to_odd_places_are_refused(string? target, string part)
    {
        using var world = World();
        world.Hub.StorageFault = _ => Reply.Empty(302).With("Location", target);
        Assert.Contains(part, world.Error());
    }

    [Fact]
    public void Redirects_end_after_five()
    {
        using var world = World();
        world.Hub.Fault = request => Reply.Empty(307).With("Location", request.Path + "x");
        Assert.Contains("more than 5 redirects", world.Error());
        Assert.Equal(6, world.Hub.Requests.Count);
    }

    [Fact]
    public void Pages_at_another_host_are_refused()
    {
        using var world = World("hf_secret");
        world.Hub.Fault = request => request.Path.Contains("/tree/", StringComparison.Ordinal) ? Reply.Json("[]").With("Link", $"<{world.Hub.StorageAddress}more>; rel=\"next\"") : null;
        Assert.Contains("goes on at another host", world.Error());
        Assert.Empty(world.Hub.StorageRequests);
    }

    [Fact]
    public void Pages_without_end_end()
    {
        using var world = World();
        world.Hub.Fault = request => request.Path.Contains("/tree/", StringComparison.Ordinal) ? Reply.Json("[]").With("Link", $"<{world.Hub.Address}api/models/org/name/tree/{FakeHub.Commit}?again>; rel=\"next\"") : null;
        Assert.Contains("more than 1000 pages", world.Error());
    }

    [Fact]
    public void A_list_of_too_many_files_is_refused()
    {
        using var world = World();
        string entries = string.Join(',', Enumerable.Range(0, Listing.MostFiles + 1).Select(number => $$"""{"type":"file","path":"f{{number}}","size":1}"""));
        world.Hub.Fault = request => request.Path.Contains("/tree/", StringComparison.Ordinal) ? Reply.Json($"[{entries}]") : null;
        Assert.Contains("more than 100000 files", world.Error());
    }

    [Theory]
    [InlineData(HubBody.LargestJson + 1, null)]
    [InlineData(100, HubBody.LargestJson + 1L)]
    public void An_answer_that_is_too_large_is_refused(int size, long? claims)
    {
        using var world = World();
        byte[] body = new byte[size];
        world.Hub.Fault = _ => new Reply(200, body) { Claims = claims ?? -2 };
        Assert.Contains("larger than 64 MB", world.Error());
    }

    [Fact]
    public void An_answer_that_is_too_deep_is_refused()
    {
        using var world = World();
        world.Hub.Fault = _ => Reply.Json(new string('[', 10_000));
        Assert.Contains("too deep", world.Error());
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/abs")]
    [InlineData("C:\\x")]
    [InlineData("C:x")]
    [InlineData("a\\..\\b")]
    [InlineData("a\0b")]
    [InlineData("CON")]
    [InlineData("nul.txt")]
    [InlineData("sub/COM1")]
    [InlineData("dot.")]
    [InlineData("blank ")]
    [InlineData(" blank")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("")]
    [InlineData("a\u001b[31m")]
    [InlineData("CONFIG.json")]
    [InlineData("config.json/below")]
    public void Hostile_names_are_refused_before_anything_is_written(string path)
    {
        using var world = World();
        world.Hub.Add(path, "x");
        Assert.Contains("refused", world.Error());
        Assert.False(Directory.Exists(world.Snapshot));
    }

    [Fact]
    public void Hostile_names_that_nobody_asks_for_do_no_harm()
    {
        using var world = World();
        world.Hub.Add("../x", "x").Add("modeling.py", "import os");
        world.Fetch(Model());
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFileSystemEntries(world.Snapshot).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("absent.safetensors", "names the file 'absent.safetensors', which the repository does not have")]
    [InlineData("../../x.safetensors", "not a plain file name")]
    public void An_index_that_names_what_is_not_there_is_refused(string shard, string part)
    {
        using var world = new HubWorld();
        world.Hub.Add("config.json", "{}").Add("model.safetensors.index.json", $$$"""{"weight_map":{"a":"{{{shard}}}"}}""");
        Assert.Contains(part, world.Error(Model()));
    }

    [Fact]
    public void A_commit_other_than_the_asked_one_is_refused()
    {
        using var world = World();
        world.Hub.Fault = request => request.Method == "HEAD" ? Reply.Empty(200).With("X-Repo-Commit", new string('f', 40)) : null;
        Assert.Contains("check the endpoint", world.Error());
    }

    [Theory]
    [InlineData("org/name", true)]
    [InlineData("gpt2", true)]
    [InlineData("org/name@refs/pr/1", true)]
    [InlineData("org/name-GGUF:Q8_0", true)]
    [InlineData("a/b/c", false)]
    [InlineData("../x", false)]
    [InlineData("org/..", false)]
    [InlineData("org/a--b", false)]
    [InlineData("org/-a", false)]
    [InlineData("org/a.", false)]
    [InlineData("org/a.git", false)]
    [InlineData("org/con", false)]
    [InlineData("org/na me", false)]
    [InlineData("org/name@a..b", false)]
    [InlineData("org/name\n", false)]
    public void Names_follow_the_hubs_rules(string text, bool valid) => Assert.Equal(valid, RepoId.TryParse(RepoKind.Model, text) is not null);
}
