// Model folders, without a forward pass: both spellings of the config give one spec, and the weights fill it exactly; and the
// frequencies of scaled ropes that a training run wrote down (`rope.json` beside `final/config.json`).
using System.Text.Json;
using FastTune.Models;

namespace FastTune.Parity;

internal sealed class ModelConfigsArea : IArea
{
    public string Name => "model-config";

    public bool HasFoldersBelow => true;

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string config = Path.Combine(path, "config.json"), legacy = Path.Combine(path, "config.legacy.json"), rope = Path.Combine(path, "rope.json");
        if (File.Exists(config) && File.Exists(Path.Combine(path, "golden.safetensors")))
            yield return new Case(Path.GetFileName(path), () => Check(path, config, legacy));
        if (File.Exists(rope) && File.Exists(Path.Combine(path, "final", "config.json")))
            yield return new Case($"{Path.GetFileName(path)}/rope", () => CheckRope(rope, Path.Combine(path, "final", "config.json")));
    }

    private static Verdict Check(string path, string config, string legacy)
    {
        using var model = Checkpoint.Open(path);
        if (model.Config.Warnings.Count > 0) return Verdict.Fail(model.Config.Warnings[0]);
        if (File.Exists(legacy) && GgufWeightsArea.SpecDifference(ModelConfig.Read(legacy).Spec, ModelConfig.Read(config).Spec) is { } where) return Verdict.Fail(where);
        var made = ConfigWriter.FromSpec(model.Config);
        string file = Path.Combine(Directory.CreateTempSubdirectory("fasttune-config-").FullName, "config.json");
        try
        {
            ConfigWriter.Write(Path.GetDirectoryName(file)!, made, null);
            var again = ModelConfig.Read(file);
            return GgufWeightsArea.SpecDifference(again.Spec, model.Spec) is { } lost ? Verdict.Fail($"written and read again: {lost}") : Verdict.Pass(0, $"{model.Weights.Count} weights");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    private static Verdict CheckRope(string path, string config)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        var spec = ModelConfig.Read(config).Spec;
        var actual = spec.Rope.Frequencies(spec.MaxPositions);
        var expected = json.RootElement.GetProperty("inv_freq").EnumerateArray().Select(value => value.GetSingle()).ToArray();
        if (expected.Length != actual.Inverse.Length) return Verdict.Fail($"{actual.Inverse.Length} frequencies, {expected.Length} were expected");
        double worst = Math.Abs(actual.AttentionFactor / json.RootElement.GetProperty("attention_scaling").GetDouble() - 1);
        for (int i = 0; i < expected.Length; i++) worst = Math.Max(worst, Math.Abs(actual.Inverse[i] / (double)expected[i] - 1));
        return worst < 2e-7 ? Verdict.Pass(worst) : Verdict.Fail("frequencies differ", worst);
    }
}
