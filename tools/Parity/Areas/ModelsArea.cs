// Whole models, forward and backward, in both spellings of their config: hidden states, logits, loss, gradients, greedy tokens, packed rows.
using FastTune.Formats;

namespace FastTune.Parity;

/// <summary>A model folder with golden.safetensors, and models.json with the tolerances beside it (or not).</summary>
internal sealed class ModelsArea : IArea
{
    private const double UsualTolerance = 1e-4;

    public string Name => "models";

    public bool HasFoldersBelow => true;

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        if (!File.Exists(Path.Combine(path, "config.json")) || !File.Exists(Path.Combine(path, "golden.safetensors"))) yield break;
        yield return new Case(Path.GetFileName(path), () => Check(path, path));
        if (File.Exists(Path.Combine(path, "config.legacy.json")))
            yield return new Case($"{Path.GetFileName(path)}/legacy", () => Check(path, WithLegacyConfig(path, options.Scratch)));
    }

    private static Verdict Check(string path, string modelFolder)
    {
        using var golden = Safetensors.Open(Path.Combine(path, "golden.safetensors"));
        if (!golden.Tensors.ContainsKey("logits")) return Verdict.Fail("no logits to compare with: this kind of model is not supported");
        using var run = new ModelRun(modelFolder, trains: true);
        var compared = new ModelComparison(run, golden, Tolerance(path));
        compared.Forward();
        compared.Backward();
        compared.Generate();
        compared.Packed();
        return compared.Verdict;
    }

    private static double Tolerance(string path)
    {
        string file = Path.Combine(Path.GetDirectoryName(path)!, "models.json");
        if (!File.Exists(file)) return UsualTolerance;
        var entry = GoldenJson.Load(file).Find("cases")?.Find(Path.GetFileName(path));
        return entry?.Find("tolerance")?.GetDouble() ?? UsualTolerance;
    }

    /// <summary>The folder again, by links, with the older config in the place of the newer.</summary>
    private static string WithLegacyConfig(string path, string scratch)
    {
        string folder = Directory.CreateDirectory(Path.Combine(scratch, Guid.NewGuid().ToString("N"))).FullName;
        foreach (string file in Directory.GetFiles(path))
        {
            string name = Path.GetFileName(file);
            if (name == "config.json") continue;
            File.CreateSymbolicLink(Path.Combine(folder, name == "config.legacy.json" ? "config.json" : name), file);
        }
        return folder;
    }
}
