// Throws damaged inputs at one reader until the time or the number is up, and keeps each input that did what none may do.
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace FastTune.Fuzz;

/// <param name="Input">The damaged bytes.</param>
/// <param name="What">The exception, the time or the memory that was too much.</param>
internal sealed record Finding(byte[] Input, string What);

/// <summary>What a run saw.</summary>
internal sealed record FuzzResult(long Inputs, long Accepted, TimeSpan Slowest, long LargestBytes, int Messages, IReadOnlyList<Finding> Findings);

/// <summary>A run on one target. The reader works on a thread of its own with an ordinary stack: a deep recursion ends the process,
/// and the input is then the file that is left in the folder.</summary>
internal sealed partial class FuzzRun(FuzzTarget target, string folder, int seed)
{
    /// <summary>Most that reading one small input may allocate, all in all.</summary>
    private const long MaxBytes = 512L << 20;

    private const int MaxCorpus = 2000, MaxFindings = 20, MaxShape = 160;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly string _path = Path.Combine(folder, target.FileName);
    private readonly List<byte[]> _corpus = [.. target.Seeds()];
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);
    private readonly List<Finding> _findings = [];
    private TimeSpan _slowest;
    private long _largest, _accepted;

    /// <summary>Every seed must be read; then damaged ones until <paramref name="time"/> or <paramref name="inputs"/> is over.</summary>
    public FuzzResult Run(TimeSpan time, long inputs, IEnumerable<byte[]> moreSeeds)
    {
        Directory.CreateDirectory(folder);
        foreach (byte[] good in _corpus.ToArray())
            if (Try(good) is { } refused) _findings.Add(new Finding(good, $"a good input was refused: {refused}"));
        _corpus.AddRange(moreSeeds);
        var mutator = new Mutator(seed, target.Words);
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        long done = 0;
        for (; done < inputs && clock.Elapsed < time && _findings.Count < MaxFindings; done++)
        {
            byte[] input = mutator.Mutate(_corpus[random.Next(_corpus.Count)], _corpus[random.Next(_corpus.Count)]);
            string? message = Try(input);
            if (_outcomes.Add(Shape(message)) && _corpus.Count < MaxCorpus) _corpus.Add(input);
        }
        File.Delete(_path);
        return new FuzzResult(done, _accepted, _slowest, _largest, _outcomes.Count, _findings);
    }

    /// <summary>Reads one input once: what a finding did, done again.</summary>
    public string Replay(byte[] input)
    {
        Directory.CreateDirectory(folder);
        return Try(input) ?? "accepted";
    }

    // The refusal's message, or null when the input was accepted.
    private string? Try(byte[] input)
    {
        File.WriteAllBytes(_path, input);
        string? message = null;
        long before = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var thread = new Thread(() => message = Read(input), 1 << 20) { IsBackground = true };
        thread.Start();
        if (!thread.Join(_patience)) throw new TimeoutException($"{target.Name}: reading took more than {_patience.TotalSeconds} s; the input is {_path}");
        _slowest = clock.Elapsed > _slowest ? clock.Elapsed : _slowest;
        long bytes = GC.GetTotalAllocatedBytes() - before;
        _largest = Math.Max(_largest, bytes);
        if (bytes > MaxBytes) Keep(input, $"{bytes >> 20} MiB were allocated");
        if (message is null) _accepted++;
        return message;
    }

    private string? Read(byte[] input)
    {
        try
        {
            target.Read(_path);
            return null;
        }
        catch (UserError error)
        {
            if (error.Message.Contains('\n')) Keep(input, $"the message has several lines: {error.Message}");
            return error.Message;
        }
        catch (Exception error)
        {
            Keep(input, error.ToString());
            return error.GetType().Name;
        }
    }

    // One finding a kind: the first line of the exception and the place.
    private void Keep(byte[] input, string what)
    {
        string kind = Kind(what);
        if (_findings.All(known => Kind(known.What) != kind)) _findings.Add(new Finding(input, what));
    }

    private static string Kind(string what)
    {
        string[] lines = what.Split('\n');
        string place = lines.FirstOrDefault(line => line.Contains("at FastTune.", StringComparison.Ordinal)) ?? "";
        return lines[0].Split(':')[0] + place;
    }

    // Messages without numbers and quotations: a new one means that a new way through the reader was found.
    private static string Shape(string? message)
    {
        if (message is null) return "accepted";
        string shape = Varying().Replace(message, "#");
        return shape.Length <= MaxShape ? shape : shape[..MaxShape];
    }

    [GeneratedRegex(@"'[^']*'|[0-9]+|\[[^\]]*\]")]
    private static partial Regex Varying();

    /// <summary>A short name for an input.</summary>
    public static string Digest(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..12];
}
