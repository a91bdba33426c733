// The areas of Parity that hold wholly, as tests: every case passes, or its recipe or file is refused as not supported.
using System.Text.Json;
using FastTune.Parity;
using Xunit;

namespace FastTune.Tests.Golden;

public sealed class AreaTests : IDisposable
{
    private const int MaxDepth = 6;
    private readonly string _scratch = Directory.CreateTempSubdirectory("fasttune-areas-").FullName;

    [Theory]
    [InlineData("adapters", "training/adapters")]
    [InlineData("arguments", "data")]
    [InlineData("bnb", "quant/bnb")]
    [InlineData("config_reading", "data")]
    [InlineData("data", "data")]
    [InlineData("gguf-bad", "gguf")]
    [InlineData("gguf-container", "gguf")]
    [InlineData("jinja", "jinja")]
    [InlineData("optim", "training/optim")]
    [InlineData("quant-checkpoints", "quant/bnb")]
    [InlineData("rng", "training/rng")]
    [InlineData("schedules", "training/optim")]
    [InlineData("weights-bad", "quant")]
    [InlineData("templates", "templates")]
    [InlineData("tokenizers", "tokenizers/components")]
    [InlineData("tokenizers", "tokenizers/sentencepiece")]
    [InlineData("tokenizers", "tokenizers/synthetic")]
    [InlineData("tokenizers", "tokenizers/tiktoken")]
    [InlineData("tokenizers", "tokenizers/training")]
    [InlineData("tokenizers", "tokenizers/unicode")]
    public void An_area_holds(string name, string folder)
    {
        Assert.SkipWhen(SharedFolder.Golden() is null, SharedFolder.Absent);
        IArea[] areas = [.. Areas.All.Where(area => area.Name == name)];
        Case[] cases = [.. areas.SelectMany(area => Find(area, folder))];
        Assert.NotEmpty(cases);
        string[] failures = [.. cases.Select(Failure).OfType<string>()];
        Assert.True(failures.Length == 0, $"{failures.Length} cases failed:\n{string.Join('\n', failures.Take(10))}");
    }

    private IEnumerable<Case> Find(IArea area, string folder) =>
        Find(area, Path.Combine(SharedFolder.Golden()!, folder), new ParityOptions("cpu", _scratch), MaxDepth);

    private static IEnumerable<Case> Find(IArea area, string path, ParityOptions options, int depth)
    {
        List<Case> found = At(area, path, options);
        foreach (Case one in found) yield return one;
        if (depth == 0 || found.Count > 0 && !area.HasFoldersBelow) yield break;
        foreach (string child in Directory.EnumerateDirectories(path))
            foreach (Case one in Find(area, child, options, depth - 1)) yield return one;
    }

    private static List<Case> At(IArea area, string path, ParityOptions options)
    {
        try
        {
            return [.. area.Find(path, options)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string? Failure(Case one)
    {
        try
        {
            Verdict verdict = one.Check();
            return verdict.Passed || IsRefusal(verdict.Detail) ? null : $"{one.Name}: {verdict.Detail}";
        }
        catch (UserError refused) when (IsRefusal(refused.Message))
        {
            return null;
        }
    }

    private static bool IsRefusal(string text) =>
        text.Contains("supported yet", StringComparison.Ordinal) || text.Contains("not yet supported", StringComparison.Ordinal) || text.Contains("not supported", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_scratch, recursive: true);
}
