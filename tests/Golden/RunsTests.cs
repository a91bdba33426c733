// Whole training runs against the recorded ones; recipes that are refused because a key is not supported are skipped and say so.
using FastTune.Parity;
using Xunit;

namespace FastTune.Tests.Golden;

public class RunsTests
{
    public static TheoryData<string> Runs() => SharedFolder.Golden() is not { } golden ? new TheoryData<string>("")
        : [.. Directory.EnumerateDirectories(Path.Combine(golden, "training", "runs"))
            .Where(folder => File.Exists(Path.Combine(folder, RunsCase.ConfigName)) && File.Exists(Path.Combine(folder, "curve.json")))
            .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_recorded_run_repeats(string name)
    {
        Assert.SkipWhen(name.Length == 0, SharedFolder.Absent);
        string scratch = Directory.CreateTempSubdirectory("fasttune-runs-").FullName;
        try
        {
            string folder = Path.Combine(SharedFolder.Golden()!, "training", "runs", name);
            Verdict verdict = new RunsArea().Find(folder, new ParityOptions("cpu", scratch)).Single().Check();
            Assert.True(verdict.Passed, verdict.Detail);
        }
        catch (UserError refused) when (refused.Message.Contains("supported yet", StringComparison.Ordinal) || refused.Message.Contains("not yet supported", StringComparison.Ordinal))
        {
            Assert.Skip(refused.Message);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
