// GGUF models run: logits of every position as the reference has them on the same (dequantised) weights.
using FastTune.Formats;
using FastTune.Models;

namespace FastTune.Parity;

/// <summary>A folder with reference.safetensors: `logits` for all model-*.gguf beside it, or `logits.NAME` for model-NAME.gguf.</summary>
internal sealed class GgufModelsArea : IArea
{
    private const double Tolerance = 2e-4;

    public string Name => "gguf-models";

    public bool HasFoldersBelow => true;

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string reference = Path.Combine(path, "reference.safetensors");
        if (!File.Exists(reference)) yield break;
        foreach (string file in Directory.GetFiles(path, "*.gguf").Where(file => ReferenceOf(file, reference) is not null).Order(StringComparer.Ordinal))
            yield return new Case($"{Path.GetFileName(path)}/{Path.GetFileNameWithoutExtension(file)}", () => Check(file, reference));
    }

    /// <summary>The name of the logits that a file is to give, or null.</summary>
    private static string? ReferenceOf(string file, string reference)
    {
        using var tensors = Safetensors.Open(reference);
        string name = Path.GetFileNameWithoutExtension(file), own = "logits." + name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..];
        return tensors.Tensors.ContainsKey(own) ? own : tensors.Tensors.ContainsKey("logits") ? "logits" : null;
    }

    private static Verdict Check(string file, string reference)
    {
        using var expected = Safetensors.Open(reference);
        using var run = new ModelRun(file, trains: false);
        var deviations = new Deviations();
        long[] ids = expected["input_ids"].ToLongs();
        int length = checked((int)expected["input_ids"].Shape[^1]);
        int[] starts = [.. Enumerable.Range(0, (ids.Length / length) + 1).Select(row => row * length)];
        var tokens = new TokenBatch([.. ids.Select(id => (int)id)], [.. ids.Select((_, i) => i % length)], starts, [], [], length);
        string name = ReferenceOf(file, reference)!;
        deviations.Compare(name, expected[name].ToFloats(), run.Logits(tokens), Tolerance);
        return deviations.Verdict;
    }
}
