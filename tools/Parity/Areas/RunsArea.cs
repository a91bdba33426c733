// golden/training/runs: whole training runs, repeated in process and compared from the first row to the last file.
namespace FastTune.Parity;

internal sealed class RunsArea : IArea
{
    public string Name => "runs";

    public bool HasFoldersBelow => false;

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        if (!File.Exists(Path.Combine(path, RunsCase.ConfigName)) || !File.Exists(Path.Combine(path, "curve.json"))) yield break;
        yield return new Case(Path.GetFileName(path), () => Check(path, options));
    }

    private static Verdict Check(string path, ParityOptions options)
    {
        var golden = new RunsCase(path);
        string output = golden.Train(options.Scratch);
        var found = new RunsFindings();
        using (var start = new RunsStart(golden))
        {
            RunsBatches.Compare(golden, start.Data, found);
            start.Compare(found);
        }
        RunsCurve.Compare(golden, output, found);
        RunsFolder.Compare(golden, output, found);
        return found.Verdict();
    }
}
