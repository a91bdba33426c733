// The room's door: a base model, with adapters merged into it, becomes a model folder that Hugging Face's libraries read.
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Formats;
using FastTune.Kernels.Devices.Cpu;
using FastTune.Models;
using FastTune.Rng;
using FastTune.Templates;
using FastTune.Tokenizers;
using FastTune.Train;

namespace FastTune.Export;

public static class Exporter
{
    /// <summary>Writes weights, config, generation config, tokenizer, chat template and, where a template is named, a Modelfile
    /// into export_dir. Files of the same names are replaced, all at the end; others stay.</summary>
    /// <exception cref="UserError">What of the recipe, the model or an adapter cannot be used, or a folder that cannot be written.</exception>
    public static int Run(Recipe recipe, ITerminal terminal)
    {
        string target = Target(recipe);
        if (recipe.Model.QuantizationBit is not null)
            throw new UserError("quantization_bit: an export writes dense weights, and adapters are merged into an unquantised base; remove the key", 2);
        ITemplate template = TrainingModel.OpenTemplate(recipe);
        using Checkpoint checkpoint = Checkpoint.Open(recipe.Model.ModelNameOrPath);
        StoredType type = ExportType.Of(recipe.Precision.InferDtype, checkpoint);
        using var device = new CpuDevice();
        using Decoder? changed = Changed(recipe, checkpoint, template.Tokenizer, device, type, terminal);
        DecoderSpec spec = changed?.Spec ?? checkpoint.Spec;
        IReadOnlyList<TensorSource> weights = changed is null ? ExportedWeights.Of(checkpoint, type) : ExportedWeights.Of(changed, type);
        ExportFolder.Write(target, folder =>
        {
            Safetensors.WriteFolder(folder, WriteProgress.Counting(weights, terminal), recipe.Export.ExportSize * 1_000_000_000L);
            ConfigWriter.Write(
                folder, ConfigWriter.Changed(checkpoint.Config, ExportType.ConfigName(type), spec.VocabularySize, spec.TiedHead),
                checkpoint.GenerationConfig);
            TokenizerWriter.Write(template.Tokenizer, folder, recipe.Model.ModelMaxLength);
            if (recipe.Data.Template is not null && ChatTemplates.Modelfile(template) is { } modelfile)
                AtomicFile.WriteText(Path.Combine(folder, "Modelfile"), modelfile);
        });
        terminal.Error.WriteLine($"exported {weights.Sum(weight => weight.Count):N0} parameters as {ExportType.ConfigName(type)}, "
            + $"{weights.Sum(weight => weight.ByteLength) / 1e6:N1} MB, to {Printable.Line(target)}");
        return 0;
    }

    private static string Target(Recipe recipe)
    {
        string target = recipe.Export.ExportDir ?? throw new UserError("export_dir: missing; name the output folder", 2);
        string whole = Whole(target);
        foreach (string source in recipe.Model.AdapterNameOrPath.Prepend(recipe.Model.ModelNameOrPath))
            if (whole == Whole(source)) throw new UserError($"export_dir: {target} is what is exported from; name another folder", 2);
        if (File.Exists(target)) throw new UserError($"export_dir: {target} is a file; name a folder");
        if (recipe.Export.ExportSize < 1) throw new UserError("export_size: must be at least 1 (GB per weight file)", 2);
        return target;
    }

    private static string Whole(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>The model in memory where its weights change, or null: then they are copied from file to file.</summary>
    private static Decoder? Changed(Recipe recipe, Checkpoint checkpoint, ITokenizer tokenizer, CpuDevice device, StoredType type, ITerminal terminal)
    {
        ModelOptions options = recipe.Model;
        bool grows = options.ResizeVocab || options.AddTokens.Count + options.AddSpecialTokens.Count > 0;
        if (options.AdapterNameOrPath.Count == 0 && !grows) return null;
        if (checkpoint.IsQuantised)
            throw new UserError($"{checkpoint.Path}: the model is quantised, and nothing can be merged into it or grown; export it alone first, which writes it unquantised, and use that as model_name_or_path");
        Decoder decoder = DecoderLoader.Load(checkpoint, device, LoadOptions.Inference(ExportType.Computing(type)));
        VocabularyResize.Apply(decoder, options, tokenizer, new TorchGenerator(recipe.Training.Seed));
        foreach (string adapter in options.AdapterNameOrPath)
        {
            terminal.Error.WriteLine($"merging {Printable.Line(adapter)}");
            LoraAdapters.Attach(decoder, adapter, trainable: false);
            LoraAdapters.Merge(decoder);
        }
        return decoder;
    }
}
