// Recipe keys about the base model, its adapters and its vocabulary.
namespace FastTune.Config;

/// <summary>Which model is loaded and what is changed about it before training or generation.</summary>
public sealed record ModelOptions
{
    /// <summary>Model folder, GGUF file or hub id. Required: never empty in a validated recipe.</summary>
    public string ModelNameOrPath { get; init; } = "";

    /// <summary>Adapter folders in order; all but the last are merged, the last one stays trainable.</summary>
    public IReadOnlyList<string> AdapterNameOrPath { get; init; } = [];

    /// <summary>Enlarge embedding and output to the tokenizer's size, rounded up to a multiple of 64.</summary>
    public bool ResizeVocab { get; init; }

    /// <summary>Ordinary tokens to add; a new one switches the resizing on.</summary>
    public IReadOnlyList<string> AddTokens { get; init; } = [];

    /// <summary>Special tokens to add; a new one switches the resizing on.</summary>
    public IReadOnlyList<string> AddSpecialTokens { get; init; } = [];

    /// <summary>Start from random weights of the shape that the model's configuration describes.</summary>
    public bool TrainFromScratch { get; init; }

    /// <summary>Keep all activations instead of recomputing them in backward.</summary>
    public bool DisableGradientCheckpointing { get; init; }

    /// <summary>The longest sequence that tokeniser and batches allow; derived: <see cref="DataOptions.CutoffLen"/>.</summary>
    public int? ModelMaxLength { get; init; }
}
