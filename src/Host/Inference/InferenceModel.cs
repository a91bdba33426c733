// A model ready to answer: weights in their type, adapters on top, template bound to the tokenizer.
using FastTune.Adapters;
using FastTune.Config;
using FastTune.Kernels.Devices;
using FastTune.Kernels.Tensors;
using FastTune.Models;
using FastTune.Rng;
using FastTune.Templates;
using FastTune.Train;

namespace FastTune.Inference;

/// <summary>A loaded model with its template.</summary>
public sealed record InferenceModel(Decoder Decoder, ITemplate Template) : IDisposable
{
    /// <summary>Loads the recipe's model; earlier adapters are merged, the last one stays on top.</summary>
    /// <exception cref="UserError">What of the recipe, the model or an adapter cannot be used.</exception>
    public static InferenceModel Load(Recipe recipe, IDevice device)
    {
        ITemplate template = TrainingModel.OpenTemplate(recipe);
        using Checkpoint checkpoint = Checkpoint.Open(recipe.Model.ModelNameOrPath);
        var options = LoadOptions.Inference(TypeOf(recipe.Precision.InferDtype)) with
        {
            Quantization = WeightQuantization.Of(recipe.Model, checkpoint),
            Blocks = Blocks(recipe),
        };
        Decoder decoder = DecoderLoader.Load(checkpoint, device, options);
        VocabularyResize.Apply(decoder, recipe.Model, template.Tokenizer, new TorchGenerator(recipe.Training.Seed));
        var adapters = recipe.Model.AdapterNameOrPath;
        for (int i = 0; i < adapters.Count; i++)
        {
            LoraAdapters.Attach(decoder, adapters[i], trainable: false);
            if (i < adapters.Count - 1) LoraAdapters.Merge(decoder);
        }
        return new InferenceModel(decoder, template);
    }

    /// <summary>Merging and resizing need the wide matrices.</summary>
    private static BlockWeights? Blocks(Recipe recipe)
    {
        bool widened = recipe.Model.AdapterNameOrPath.Count > 1 || recipe.Model.ResizeVocab || recipe.Model.AddTokens.Count + recipe.Model.AddSpecialTokens.Count > 0;
        if (widened && recipe.Precision.Int8Activations)
            throw new UserError("int8_activations: several adapters or added tokens widen the model's matrices; merge them with export first, or remove the key", 2);
        return widened ? null : new BlockWeights(recipe.Precision.Int8Activations);
    }

    /// <summary>`auto` is fp32 on the CPU: exact for every checkpoint.</summary>
    private static DType TypeOf(string name) => name switch
    {
        "auto" or "float32" => DType.F32,
        "bfloat16" => DType.BF16,
        _ => throw new UserError($"infer_dtype: {name} cannot run on the CPU; choose auto, float32 or bfloat16", 2),
    };

    public void Dispose() => Decoder.Dispose();
}
