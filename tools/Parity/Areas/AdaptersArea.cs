// Adapters on a base model: logits, loss, gradients, the file written again, merged weights; and several adapters stacked.
using FastTune.Adapters;
using FastTune.Formats;

namespace FastTune.Parity;

/// <summary>A folder with case.json, expected.safetensors and an adapter (or folders of adapters: stacking). The base stands in a
/// folder beside it or further up, under the name that the case gives.</summary>
internal sealed class AdaptersArea : IArea
{
    public string Name => "adapters";

    public bool HasFoldersBelow => true;

    public IEnumerable<Case> Find(string path, ParityOptions options)
    {
        string json = Path.Combine(path, "case.json"), tensors = Path.Combine(path, "expected.safetensors");
        if (!File.Exists(json) || !File.Exists(tensors) || BaseFolder(path, json) is not { } baseFolder) return [];
        if (PeftAdapter.IsIn(path)) return [new Case(NameOf(path), () => Check(path, baseFolder, options))];
        return AdapterStacking.Cases(path, baseFolder);
    }

    private static string NameOf(string path) => $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";

    private static string? BaseFolder(string path, string json)
    {
        string? name = GoldenJson.Load(json).Text("base");
        for (string? up = Path.GetDirectoryName(path); name is not null && up is not null; up = Path.GetDirectoryName(up))
            if (File.Exists(Path.Combine(up, name, "config.json"))) return Path.Combine(up, name);
        return null;
    }

    private static Verdict Check(string path, string baseFolder, ParityOptions options)
    {
        var deviations = new Deviations();
        using var expected = Safetensors.Open(Path.Combine(path, "expected.safetensors"));
        using var model = new AdapterModel(baseFolder, expected, deviations);
        PeftConfig config = LoraAdapters.Attach(model.Decoder, path, trainable: true);
        model.CompareLogits("logits");
        model.CompareGradients("loss", "grad/");
        string copy = Directory.CreateDirectory(Path.Combine(options.Scratch, Guid.NewGuid().ToString("N"))).FullName;
        LoraAdapters.Write(copy, model.Decoder, config);
        CompareFiles(path, copy, deviations);
        LoraAdapters.Merge(model.Decoder);
        model.CompareWeights("merged/");
        model.CompareLogits("logits");
        return deviations.Verdict;
    }

    /// <summary>An adapter that was only read and written keeps its tensors bit by bit.</summary>
    private static void CompareFiles(string path, string copy, Deviations deviations)
    {
        using var given = Safetensors.Open(Path.Combine(path, PeftAdapter.WeightsName));
        using var written = Safetensors.Open(Path.Combine(copy, PeftAdapter.WeightsName));
        deviations.SameNames("written", given.Tensors.Keys, written.Tensors.Keys);
        foreach (var (name, tensor) in written.Tensors)
            if (given.Tensors.TryGetValue(name, out var source)) deviations.Compare($"written {name}", source.ToFloats(), tensor.ToFloats(), tolerance: 0);
    }
}
