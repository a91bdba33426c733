// Damaged answers of a hub, seed by seed: either the very files come, or one line of error; nothing is written elsewhere, and it ends.
using System.Diagnostics;
using System.Text;
using FastTune.Hub;
using Xunit;

namespace FastTune.Tests.Host.Hub;

public class HubFuzzTests
{
    private const int ShortForm = 60;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);

    private static readonly string[] Words =
    [
        "..", "../../x", "/etc/passwd", "C:\\x", "\0", "\\u0000", "\"", "null", "-1", "1e999", "99999999999999999999", "{}", "[", "]", "[[[[[[[[", "true", "\u001b[2J",
        "http://127.0.0.1:1/", "file:///etc/passwd", "//127.0.0.1:1/x", "CON", "\r\n", "W/\"x\"", "bytes 0-1/2", "bytes 5-4/3", "\ud800",
    ];

    /// <summary>FASTTUNE_FUZZ_SECONDS=600 is the long form; FASTTUNE_FUZZ_SEED begins elsewhere.</summary>
    [Fact]
    public void Damaged_answers_end_in_one_line()
    {
        int seconds = int.Parse(Environment.GetEnvironmentVariable("FASTTUNE_FUZZ_SECONDS") ?? "0");
        int seed = int.Parse(Environment.GetEnvironmentVariable("FASTTUNE_FUZZ_SEED") ?? "1"), first = seed, whole = 0;
        for (var clock = Stopwatch.StartNew(); seconds > 0 ? clock.Elapsed.TotalSeconds < seconds : seed < first + ShortForm; seed++) whole += One(seed) ? 1 : 0;
        Assert.InRange(whole, 1, seed - first - 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{seed - first} seeds from {first}: {whole} downloads were whole, the others one line of error");
    }

    /// <summary>True when the files came all the same.</summary>
    private static bool One(int seed)
    {
        using var world = new HubWorld();
        world.Hub.Add("config.json", "{}").Add("model.safetensors.index.json", """{"weight_map":{"a":"model-1.safetensors"}}""").Add("model-1.safetensors", FakeHub.Bytes(5000), large: true);
        world.Settings = world.Settings with { Retries = 1, ReadTimeout = Limit, AnswerTimeout = Limit, RangedAbove = seed % 3 == 0 ? 1000 : 1 << 20, RangeBytes = 700 };
        var random = new Random(seed);
        world.Hub.Fault = request => Damaged(random, world.Hub.Answer(request));
        world.Hub.StorageFault = request => Damaged(random, FakeHub.Content(world.Hub.Files["model-1.safetensors"].Content, request));
        bool whole = false;
        try
        {
            world.Fetch(new ModelFiles(RepoId.Parse(RepoKind.Model, "org/name")));
            whole = world.Hub.Files.All(file => File.Exists(Path.Combine(world.Snapshot, file.Key)) && file.Value.Content.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(world.Snapshot, file.Key))));
        }
        catch (UserError error)
        {
            Assert.True(error.Message.Length is > 0 and < 4000, $"seed {seed}: {error.Message}");
        }
        catch (Exception error)
        {
            Assert.Fail($"seed {seed}: {error}");
        }
        RequireNothingElsewhere(world, seed);
        return whole;
    }

    private static void RequireNothingElsewhere(HubWorld world, int seed)
    {
        string[] known = ["blobs", "refs", "snapshots", "trees", ".no_exist"];
        Assert.True(Directory.GetFileSystemEntries(world.File(".")).Length <= 1, $"seed {seed}: files beside the cache");
        if (!Directory.Exists(world.Repository)) return;
        Assert.All(Directory.GetFileSystemEntries(world.Repository), entry => Assert.Contains(Path.GetFileName(entry), known));
        foreach (var (path, file) in world.Hub.Files)
        {
            string placed = Path.Combine(world.Snapshot, path);
            bool said = world.Notes.Any(note => note.StartsWith(path, StringComparison.Ordinal) && note.Contains("only its size is checked", StringComparison.Ordinal));
            if (File.Exists(placed) && file.Large && !said) Assert.True(file.Content.AsSpan().SequenceEqual(File.ReadAllBytes(placed)), $"seed {seed}: wrong content was kept");
        }
    }

    private static Reply Damaged(Random random, Reply reply)
    {
        if (random.Next(4) > 0) return reply;
        string word = Words[random.Next(Words.Length)];
        switch (random.Next(7))
        {
            case 0:
                return Copy(reply, Flipped(random, reply.Body));
            case 1:
                string text = Encoding.Latin1.GetString(reply.Body);
                return Copy(reply, Encoding.UTF8.GetBytes(text.Insert(random.Next(text.Length + 1), word)));
            case 2:
                return Copy(reply, reply.Body[..random.Next(reply.Body.Length + 1)]);
            case 3 when reply.Headers.Count > 0:
                int at = random.Next(reply.Headers.Count);
                reply.Headers[at] = (reply.Headers[at].Name, word.Replace("\r\n", " ", StringComparison.Ordinal));
                return reply;
            case 4 when reply.Headers.Count > 0:
                reply.Headers.RemoveAt(random.Next(reply.Headers.Count));
                return reply;
            case 5:
                return reply with { CutAfter = random.Next(-1, reply.Body.Length + 1) };
            default:
                return reply with { Status = new[] { 200, 204, 206, 301, 302, 400, 401, 403, 404, 416, 429, 500, 503 }[random.Next(13)] };
        }
    }

    private static Reply Copy(Reply reply, byte[] body)
    {
        var copy = new Reply(reply.Status, body);
        foreach (var (name, value) in reply.Headers.Where(header => header.Name != "Content-Length")) copy.With(name, value);
        return copy;
    }

    private static byte[] Flipped(Random random, byte[] body)
    {
        byte[] copy = [.. body];
        if (copy.Length > 0) copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return copy;
    }
}
