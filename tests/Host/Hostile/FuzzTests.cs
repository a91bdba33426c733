// Every reader under damaged input, in short; FASTTUNE_FUZZ_SECONDS makes it long (as tools/Fuzz does with --seconds).
using Xunit;

namespace FastTune.Tests.Host.Hostile;

public sealed class FuzzTests : IDisposable
{
    private const int Inputs = 150;

    private readonly string _folder = Directory.CreateTempSubdirectory("fasttune-fuzz-").FullName;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_reader_refuses_what_it_cannot_read_and_does_nothing_else(string name)
    {
        string? seconds = Environment.GetEnvironmentVariable("FASTTUNE_FUZZ_SECONDS");
        var run = new FuzzRun(FuzzTargets.All.First(target => target.Name == name), _folder, seed: 1);
        var result = seconds is null ? run.Run(TimeSpan.FromMinutes(1), Inputs, []) : run.Run(TimeSpan.FromSeconds(double.Parse(seconds)), long.MaxValue, []);
        Assert.True(result.Findings.Count == 0, string.Join("\n\n", result.Findings.Select(finding => $"{Convert.ToBase64String(finding.Input)}\n{finding.What}")));
        Assert.True(result.Inputs > 0);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
