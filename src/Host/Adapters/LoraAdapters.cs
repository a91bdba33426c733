// The room's door: low-rank adapters on a loaded model. Attach, create, merge, write.
using FastTune.Config;
using FastTune.Models;
using FastTune.Rng;

namespace FastTune.Adapters;

/// <summary>LoRA as PEFT computes and stores it (arXiv 2106.09685).</summary>
public static class LoraAdapters
{
    /// <summary>Puts a PEFT adapter folder on the model: its pairs, and the weights that it replaces whole.</summary>
    /// <param name="trainable">Its matrices train on; else they only take part.</param>
    /// <returns>The adapter's settings, to be written with it again.</returns>
    /// <exception cref="UserError">The folder is damaged, or the adapter is not for this model.</exception>
    public static PeftConfig Attach(Decoder model, string folder, bool trainable) => AdapterAttachment.Attach(model, folder, trainable);

    /// <summary>Puts the weighted sum of several adapters on the model, as one that does not train.</summary>
    /// <param name="rank">Null stacks the ranks, which is exact; a number gives each module the best sum of that rank (by singular values).</param>
    /// <exception cref="UserError">An adapter holds more than pairs on linears, or does not fit.</exception>
    public static void AttachSum(Decoder model, IReadOnlyList<(string Folder, double Weight)> adapters, int? rank) =>
        WeightedAdapters.Attach(model, adapters, rank);

    /// <summary>A fresh adapter by the recipe's keys. A is drawn as PEFT draws it (golden/training/README.md 6.8), B is 0.</summary>
    /// <param name="modulesToSave">Modules trained whole besides `additional_target`.</param>
    /// <exception cref="UserError">A target that no module of the model is named after.</exception>
    public static PeftConfig Create(
        Decoder model, MethodOptions method, string basePath, TorchGenerator generator, IReadOnlyList<string>? modulesToSave = null) =>
        FreshAdapter.Create(model, method, basePath, generator, modulesToSave ?? []);

    /// <summary>Draws what PEFT draws while it loads the model's active pairs, so that what follows starts at the right number.</summary>
    public static void SkipDraws(Decoder model, TorchGenerator generator)
    {
        foreach (ActiveAdapter adapter in model.Linears.SelectMany(linear => linear.Adapters))
            for (long i = 2 * adapter.Pair.A.Shape.Count + adapter.Pair.B.Shape.Count; i > 0; i--) generator.Next32();
    }

    /// <summary>Adds every active pair to its base weight (fp32 sum, one rounding to the weight's type) and removes it.</summary>
    public static void Merge(Decoder model) => AdapterMerge.Merge(model);

    /// <summary>Writes the adapter as PEFT does: adapter_config.json, adapter_model.safetensors.</summary>
    public static void Write(string folder, Decoder model, PeftConfig config) =>
        PeftAdapter.Write(folder, config, AdapterTensors.Of(model, config));
}
