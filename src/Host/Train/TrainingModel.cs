// Sets a run's model up: tokenizer, template, weights in their types, what trains, adapters, new vocabulary rows.
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Formats;
using FastTune.Kernels.Devices;
using FastTune.Models;
using FastTune.Rng;
using FastTune.Templates;
using FastTune.Tokenizers;

namespace FastTune.Train;

/// <summary>A model ready to train. <see cref="Adapter"/> is null for full and freeze tuning.</summary>
public sealed record TrainingModel(Decoder Decoder, ModelConfig Config, ITemplate Template, PeftConfig? Adapter) : IDisposable
{
    public void Dispose() => Decoder.Dispose();

    /// <summary>The tokenizer of a model folder or GGUF file with the recipe's new tokens, and its template.</summary>
    public static ITemplate OpenTemplate(Recipe recipe)
    {
        ITokenizer tokenizer = OpenTokenizer(recipe.Model.ModelNameOrPath);
        if (recipe.Model.AddTokens.Count > 0) tokenizer = tokenizer.WithTokens(recipe.Model.AddTokens, special: false);
        if (recipe.Model.AddSpecialTokens.Count > 0) tokenizer = tokenizer.WithTokens(recipe.Model.AddSpecialTokens, special: true);
        return ChatTemplates.Find(recipe.Data.Template, tokenizer, new TemplateOptions(recipe.Data.DefaultSystem, recipe.Data.ToolFormat));
    }

    /// <summary>Loads the weights. <paramref name="resume"/> is the checkpoint folder to go on from, or null.</summary>
    public static TrainingModel Load(Recipe recipe, ITemplate template, IDevice device, string? resume)
    {
        bool lora = recipe.Method.FinetuningType == "lora";
        string source = resume is not null && !lora ? resume : recipe.Model.ModelNameOrPath;
        var generator = new TorchGenerator(recipe.Training.Seed);
        var (decoder, config) = recipe.Model.TrainFromScratch && resume is null
            ? FreshModel.Create(recipe, device, generator) : Stored(recipe, source, device);
        bool resized = (resume is null || lora) && VocabularyResize.Apply(decoder, recipe.Model, template.Tokenizer, generator);
        PeftConfig? adapter = lora ? Adapt(decoder, recipe, resume, generator, resized) : null;
        decoder.Schedule = recipe.Model.DisableGradientCheckpointing ? ActivationSchedule.KeepAll : ActivationSchedule.RecomputeAll;
        decoder.RefreshTrainable();
        return new TrainingModel(decoder, config, template, adapter);
    }

    private static (Decoder, ModelConfig) Stored(Recipe recipe, string source, IDevice device)
    {
        using Checkpoint checkpoint = Checkpoint.Open(source);
        var keys = checkpoint.Weights.Select(weight => weight.Key).ToList();
        var trains = TrainedNames.Of(recipe.Method, checkpoint.Spec.Layers.Count, keys);
        var options = Precision.Options(recipe.Precision, trains) with { Quantization = WeightQuantization.Of(recipe.Model, checkpoint) };
        return (DecoderLoader.Load(checkpoint, device, options), checkpoint.Config);
    }

    /// <summary>Earlier adapters are merged, the last one trains on (or a new one on top of all).</summary>
    private static PeftConfig Adapt(Decoder decoder, Recipe recipe, string? resume, TorchGenerator generator, bool resized)
    {
        var given = recipe.Model.AdapterNameOrPath;
        bool fresh = given.Count == 0 || recipe.Method.CreateNewAdapter;
        foreach (string folder in fresh ? given : given.Take(given.Count - 1))
        {
            LoraAdapters.Attach(decoder, folder, trainable: false);
            LoraAdapters.SkipDraws(decoder, generator);
            LoraAdapters.Merge(decoder);
        }
        if (resume is not null) return LoraAdapters.Attach(decoder, resume, trainable: true);
        return fresh
            ? LoraAdapters.Create(decoder, recipe.Method, recipe.Model.BaseName, generator, WholeAfter(resized, recipe, decoder))
            : LoraAdapters.Attach(decoder, given[^1], trainable: true);
    }

    /// <summary>New vocabulary rows are of no use frozen: unless the recipe names whole modules, embedding and head become such.</summary>
    private static IReadOnlyList<string> WholeAfter(bool resized, Recipe recipe, Decoder decoder) =>
        !resized || recipe.Method.AdditionalTarget.Count > 0 ? []
        : decoder.Spec.TiedHead ? ["embed_tokens"] : ["embed_tokens", "lm_head"];

    private static Tokenizer OpenTokenizer(string path)
    {
        string? gguf = File.Exists(path) ? path : GgufIn(path);
        if (gguf is null) return Tokenizer.Load(path);
        using GgufFile file = GgufFile.Open(gguf);
        return Tokenizer.FromGguf(GgufTokenizerReader.Read(file));
    }

    private static string? GgufIn(string folder) =>
        Directory.Exists(folder) && !File.Exists(Path.Combine(folder, "config.json")) && Directory.GetFiles(folder, "*.gguf") is [var only] ? only : null;
}
