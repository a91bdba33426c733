// fasttune download and fasttune cache as a user runs them, the environment pointing at an imitation of the hub.
using System.Diagnostics;
using System.Text.Json;
using FastTune.Cli;
using FastTune.Tests.Host.Architecture;
using FastTune.Tests.Host.Cli;
using Xunit;

namespace FastTune.Tests.Host.Hub;

public sealed class HubVerbsTests : IDisposable
{
    private readonly HubWorld world = new();
    private readonly Dictionary<string, string?> before = [];

    public HubVerbsTests()
    {
        world.Hub.Add("config.json", "{}").Add("model.safetensors", FakeHub.Bytes(100_000), large: true).Add("notes.md", "x");
        foreach (var (name, value) in Environment())
        {
            before[name] = System.Environment.GetEnvironmentVariable(name);
            System.Environment.SetEnvironmentVariable(name, value);
        }
    }

    private (string, string?)[] Environment() =>
    [
        ("HF_ENDPOINT", world.Hub.Address.ToString()), ("HF_HUB_CACHE", world.Cache), ("MODELSCOPE_CACHE", world.File("ms")), ("HF_HOME", world.File("home")),
        ("HF_TOKEN", "hf_secret"), ("HF_HUB_OFFLINE", null), ("MODELSCOPE_ENDPOINT", world.Hub.Address.ToString()),
    ];

    public void Dispose()
    {
        foreach (var (name, value) in before) System.Environment.SetEnvironmentVariable(name, value);
        world.Dispose();
    }

    private static (int Code, string Out, string Error) Run(params string[] args)
    {
        var terminal = new BufferTerminal();
        int code = Shell.Run(args, terminal);
        return (code, terminal.Out.ToString()!, terminal.Error.ToString()!);
    }

    [Fact]
    public void Download_prints_where_the_files_lie()
    {
        var (code, output, error) = Run("download", "org/name");
        Assert.Equal((0, world.Snapshot + "\n"), (code, output));
        Assert.Contains("model.safetensors  100.0 kB", error);
        Assert.False(File.Exists(Path.Combine(world.Snapshot, "notes.md")));
        Assert.Equal(0, Run("download", "org/name", "--include", "*.md").Code);
        Assert.True(File.Exists(Path.Combine(world.Snapshot, "notes.md")));
        Assert.DoesNotContain("hf_secret", output + error);
    }

    [Fact]
    public void Download_tells_programs_in_lines_of_JSON()
    {
        var (code, output, error) = Run("download", "org/name", "--json", "--exclude", "config*");
        Assert.Equal((0, ""), (code, error));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal((world.Snapshot, FakeHub.Commit), (lines[^1].GetProperty("path").GetString(), lines[^1].GetProperty("revision").GetString()));
        Assert.Equal("model.safetensors", lines.Single(line => line.GetProperty("event").GetString() == "file").GetProperty("file").GetString());
    }

    [Theory]
    [InlineData(2, "download")]
    [InlineData(2, "download", "../x")]
    [InlineData(2, "download", "a/b", "--hub", "x")]
    [InlineData(2, "download", "a/b", "--revison", "x")]
    [InlineData(2, "download", "a/b", "--include")]
    [InlineData(1, "download", "org/absent")]
    [InlineData(2, "cache")]
    [InlineData(2, "cache", "shake")]
    [InlineData(2, "cache", "list", "--dry-run")]
    [InlineData(1, "cache", "list", "org/absent")]
    public void A_mistake_is_one_line(int expected, params string[] args)
    {
        var (code, output, error) = Run(args);
        Assert.Equal((expected, ""), (code, output));
        Assert.StartsWith("fasttune: ", error);
        Assert.Equal(error.Length - 1, error.IndexOf('\n'));
    }

    [Fact]
    public void Cache_lists_verifies_and_prunes()
    {
        Run("download", "org/name");
        string blobs = Path.Combine(world.Repository, "blobs");
        Assert.Contains($"  {FakeHub.Commit} (main)  2 files, 100.0 kB", Run("cache", "list").Out);
        Assert.Equal((0, "1 repositories, 100.0 kB read, 0 faults\n"), (Run("cache", "verify").Code, Run("cache", "verify").Out));

        File.WriteAllText(Path.Combine(blobs, new string('a', 40)), "orphan");
        File.WriteAllText(Path.Combine(blobs, new string('b', 64) + ".fasttune.incomplete"), "partial");
        File.Delete(Path.Combine(blobs, world.Hub.Files["config.json"].GitSha1));
        Assert.Contains("to prune: 1 partial files, 1 unused blobs, 1 broken links", Run("cache", "list").Out);
        Assert.Equal(1, JsonDocument.Parse(Run("cache", "list", "--json").Out).RootElement.GetProperty("orphan_blobs").GetArrayLength());
        var (code, output, _) = Run("cache", "verify", "org/name");
        Assert.Equal(1, code);
        Assert.Contains("is a link without content", output);

        Assert.Contains("13 B would be freed", Run("cache", "prune", "--dry-run").Out);
        Assert.Equal(3, Directory.GetFiles(blobs).Length);
        Assert.Contains("13 B freed", Run("cache", "prune").Out);
        Assert.Equal([world.Hub.Files["model.safetensors"].Sha256], Directory.GetFiles(blobs).Select(Path.GetFileName));
        Assert.Equal(["model.safetensors"], Directory.GetFileSystemEntries(world.Snapshot).Select(Path.GetFileName));
    }

    [Fact]
    public void Verify_finds_a_changed_byte()
    {
        Run("download", "org/name");
        string blob = Path.Combine(world.Repository, "blobs", world.Hub.Files["model.safetensors"].Sha256);
        byte[] content = File.ReadAllBytes(blob);
        content[5000] ^= 1;
        File.WriteAllBytes(blob, content);
        var (code, output, error) = Run("cache", "verify");
        Assert.Equal(1, code);
        Assert.Contains("hashes to", output);
        Assert.Contains("1 faults", error);
    }

    [Fact]
    public void Openmind_is_refused()
    {
        System.Environment.SetEnvironmentVariable("USE_OPENMIND_HUB", "1");
        try
        {
            Assert.Contains("is not supported", Run("download", "org/name").Error);
        }
        finally
        {
            System.Environment.SetEnvironmentVariable("USE_OPENMIND_HUB", null);
        }
    }

    /// <summary>kill -9 in the middle of a file, then the same command again.</summary>
    [Fact]
    public void A_killed_download_goes_on()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "fasttune.dll");
        Assert.SkipUnless(File.Exists(Path.ChangeExtension(program, ".runtimeconfig.json")), $"{program} cannot be started from here");
        byte[] content = world.Hub.Files["model.safetensors"].Content;
        world.Hub.StorageFault = request => FakeHub.Content(content[..60_000], request) with { Claims = content.Length, Stalls = true };
        using var first = Process.Start(Start(program))!;
        string partial = Path.Combine(world.Repository, "blobs", world.Hub.Files["model.safetensors"].Sha256 + ".fasttune.incomplete");
        var patience = Stopwatch.StartNew();
        while (!(File.Exists(partial) && new FileInfo(partial).Length == 60_000) && patience.Elapsed < TimeSpan.FromMinutes(1)) Thread.Sleep(20);
        first.Kill();
        first.WaitForExit();
        world.Hub.StorageFault = _ => null;
        world.Hub.Forget();
        using var second = Process.Start(Start(program))!;
        Assert.Equal(world.Snapshot, second.StandardOutput.ReadToEnd().Trim());
        second.WaitForExit();
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(world.Snapshot, "model.safetensors")));
        Assert.Equal(60_000, Assert.Single(world.Hub.StorageRequests).Range!.Value.From);
        Assert.False(File.Exists(partial));
    }

    private static ProcessStartInfo Start(string program) =>
        new("dotnet", [program, "download", "org/name"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
}
